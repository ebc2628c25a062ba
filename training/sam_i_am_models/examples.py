"""The micrographs in examples/: three scenes laid out by hand, with exact material maps beside them.

python -m sam_i_am_models.examples ../examples
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from . import seeds
from .simulate import Micrograph
from .simulate.crystals import known_cell
from .simulate.defects import Part, Structure
from .simulate.fields import rough_line, smooth_field
from .simulate.layouts import blob
from .simulate.materials import Material
from .simulate.micrograph import Exposure, Scene, photograph

SIZE = 1024


def known(
    rng: np.random.Generator, name: str, level: float, pixels_per_angstrom: float, depth: float = 0.7
) -> Material:
    """A real material at a given mean level."""
    cell, _ = known_cell(rng, name, pixels_per_angstrom)
    return Material("crystal", level, depth, 1.0, cell, cell.table(), name=name)


def below(rng: np.random.Generator, depth: float, roughness: float, tilt: float = 0.0) -> np.ndarray:
    """Mask of what lies below a rough, tilted interface at a share `depth` of the frame's height."""
    x = np.linspace(-0.5, 0.5, SIZE)
    line = (depth + tilt * x + roughness * rough_line(rng, SIZE)) * SIZE
    return np.arange(SIZE)[:, None] > line[None]


def film_on_germanium(rng: np.random.Generator) -> tuple[Scene, dict]:
    """SrTiO3 on Ge [110] under a platinum cap; a dark defect cuts the film into two halves."""
    scale = 5.2
    materials = [
        known(rng, "Ge [110]", 0.46, scale, 0.75),
        known(rng, "SrTiO3 [001]", 0.6, scale, 0.62),
        Material("amorphous", 0.95, 0.1, 2.2, name="Pt/C cap"),
    ]
    part_map = np.full((SIZE, SIZE), 3, np.int32)
    film, substrate = below(rng, 0.2, 0.006, 0.02), below(rng, 0.63, 0.002)
    yy, xx = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    cut = xx - 0.47 * SIZE - 0.16 * (yy - 0.4 * SIZE) + 7 * smooth_field(rng, SIZE, 7).numpy()
    part_map[film] = np.where(cut < 0, 1, 2)[film]
    part_map[substrate] = 0
    parts = [
        Part(0, 0.5, (0.1, 0.3)),
        Part(1, 1.0, (0.0, 0.0)),
        Part(1, 2.6, (0.5, 0.5), 0.97),
        Part(2, 0.0, (0.0, 0.0)),
    ]
    seams = [
        (film & ~substrate & (np.abs(cut) < 7 + 3 * smooth_field(rng, SIZE, 12).numpy()), 0.55),
        (below(rng, 0.626, 0.001) & ~below(rng, 0.636, 0.001), 0.75),
    ]
    return Scene(Structure(part_map, parts, [0, 1, 2, 3], seams), materials, 2.5, "film on substrate"), dict(
        dose=90.0, gamma=1.0
    )


def layered_oxides(rng: np.random.Generator) -> tuple[Scene, dict]:
    """LaFeO3 / SrTiO3 / WO3 / SrTiO3 / LaFeO3: SrTiO3 and LaFeO3 occur twice."""
    scale = 5.8
    materials = [
        known(rng, "SrTiO3 [001]", 0.5, scale, 0.6),
        known(rng, "LaFeO3 [110]", 0.66, scale, 0.65),
        known(rng, "WO3 [001]", 0.84, scale, 0.42),
    ]
    edges, order = (0.17, 0.42, 0.6, 0.83), (1, 0, 2, 0, 1)
    part_map = np.zeros((SIZE, SIZE), np.int32)
    for number, edge in enumerate(edges, 1):
        part_map[below(rng, edge, 0.005, 0.015)] = number
    parts = [Part(m, 0.8, (0.0, 0.0) if m == 0 else (0.3, 0.2)) for m in order]
    return Scene(Structure(part_map, parts, list(range(5)), []), materials, 3.0, "layers"), dict(dose=70.0, gamma=0.8)


def particles_on_support(rng: np.random.Generator) -> tuple[Scene, dict]:
    """Platinum particles, two of them touching, on an amorphous carbon film with a hole to vacuum."""
    materials = [
        Material("amorphous", 0.2, 0.16, 1.8, name="amorphous carbon"),
        known(rng, "Pt [110]", 0.85, 5.0, 0.6),
        Material("vacuum", 0.03, name="vacuum"),
    ]
    yy, xx = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) / SIZE
    part_map = np.zeros((SIZE, SIZE), np.int32)
    shore = 0.8 + 0.12 * (yy - 0.5) + 0.012 * rough_line(rng, SIZE)[:, None]
    part_map[xx > shore] = 1
    spots = [
        (0.2, 0.22, 0.13),
        (0.33, 0.27, 0.1),
        (0.62, 0.2, 0.075),
        (0.25, 0.68, 0.15),
        (0.55, 0.55, 0.09),
        (0.6, 0.83, 0.11),
        (0.78, 0.42, 0.08),
    ]
    parts = [Part(0, 0.0, (0.0, 0.0)), Part(2, 0.0, (0.0, 0.0))]
    for x, y, radius in spots:
        part_map[blob(rng, yy, xx, (x, y), radius)] = len(parts)
        parts.append(Part(1, float(rng.uniform(0, 180)), tuple(rng.random(2)), float(rng.uniform(0.92, 1.06))))
    return Scene(Structure(part_map, parts, list(range(len(parts))), []), materials, 2.0, "particles"), dict(
        dose=45.0, gamma=0.9
    )


EXAMPLES = {
    "srtio3-film-on-ge": (film_on_germanium, seeds.EXAMPLES.start),
    "layered-oxides": (layered_oxides, seeds.EXAMPLES.start + 37),
    "particles-on-support": (particles_on_support, seeds.EXAMPLES.start + 2),
}


def make(name: str) -> Micrograph:
    """The example micrograph `name`, always the same."""
    lay_out, seed = EXAMPLES[name]
    rng = np.random.default_rng(seed)
    scene, imaging = lay_out(rng)
    return photograph(rng, scene, SIZE, Exposure(1, **imaging), {"seed": seed})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name in EXAMPLES:
        m = make(name)
        Image.fromarray(m.image).save(folder / f"{name}.png", optimize=True)
        Image.fromarray(m.materials).save(folder / f"{name}.materials.png", optimize=True)
        print(name, m.metadata, (folder / f"{name}.png").stat().st_size, "bytes")


if __name__ == "__main__":
    main()
