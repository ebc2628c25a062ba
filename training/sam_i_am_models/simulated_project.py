"""Writes simulated projects: micrographs of one specimen series, which show the same few materials again and again.

    python -m sam_i_am_models.simulated_project --projects 12 --images 20 FOLDER

A project is what one session at the microscope gives: four materials, drawn from the test range with lattices that training never saw, one
magnification, about the same dose, one response of the detector. Each of its micrographs shows two to four of the materials, in a layout,
orientation, shading and grey scale of its own. FOLDER/NAME has per micrograph NNN.png (grey) and
NNN.materials.png (8-bit: 0 = unknown, k = the project's material k); project.json names the materials. Files that exist already are kept.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from . import seeds
from .simulate import imaging, layouts
from .simulate.defects import build
from .simulate.fields import log_uniform
from .simulate.materials import palette
from .simulate.micrograph import LEAST_CELLS, Micrograph, Scene, _broadest, _turns, photograph

SIZE = 1024
MATERIALS = 4
FIRST_SEED = seeds.TEST.start + 20_000
SEEDS_PER_PROJECT = 100
DOSE_SPREAD = 1.4  # of one micrograph to the next


@dataclass(frozen=True)
class Project:
    """What all micrographs of a project share; `dose` in electrons per pixel at intensity 1."""

    difficulty: int
    materials: list
    dose: float


def draw_project(seed: int, difficulty: int) -> Project:
    rng = np.random.default_rng(seed)
    materials = palette(rng, MATERIALS, difficulty, SIZE / 1024, unseen=True)
    return Project(difficulty, materials, imaging.draw_dose(rng, *imaging.DOSE[difficulty], True))


def draw_micrograph(seed: int, project: Project) -> Micrograph:
    """One micrograph of a project; its map of materials numbers them as the project does, from 1."""
    rng = np.random.default_rng(seed)
    names = list(layouts.LAYOUTS)
    layout = str(rng.choice(names, p=[layouts.LAYOUTS[n][1] for n in names]))
    regions = layouts.LAYOUTS[layout][0](rng, SIZE, project.difficulty)
    shown = rng.permutation(MATERIALS)[: min(int(rng.integers(2, MATERIALS + 1)), int(regions.max()) + 1)]
    of_region = shown[layouts.assign_materials(rng, regions, layout, len(shown))]
    regions = _without_slivers(regions, of_region, project.materials)
    lattice = [m.kind == "crystal" for m in project.materials]
    coherent = rng.random() < (0.7 if layout == "mottled" else 0.25)
    structure = build(rng, regions, of_region, _turns(rng, of_region, layout, coherent), lattice, SIZE, coherent)
    width = rng.uniform(0.3, 1.5) if rng.random() < 0.75 else rng.uniform(1.5, 7)
    scene = Scene(structure, project.materials, float(width * SIZE / 1024), layout)
    dose = project.dose * log_uniform(rng, 1 / DOSE_SPREAD, DOSE_SPREAD)
    return photograph(rng, scene, SIZE, project.difficulty, {"seed": seed}, dose=dose, gamma=1.0, unseen=True)


def _without_slivers(regions, of_region, materials):
    """No region of fewer than two unit cells: it has no lattice that it could be known by. The magnification stays."""
    breadth = layouts.breadths(regions)
    periods = np.array([m.cell.period if m.cell else 0.0 for m in materials])
    return layouts.dissolve(regions, (breadth < LEAST_CELLS * periods[of_region]) & ~_broadest(of_region, breadth))


def label_names(materials) -> list[str]:
    """The names of a project's labels: those of its materials, numbered where two are called the same."""
    names = [m.name for m in materials]
    return [f"{name} {names[: i + 1].count(name)}" if names.count(name) > 1 else name for i, name in enumerate(names)]


def write_project(folder: Path, number: int, images: int) -> None:
    """Project `number`: its difficulty class is 1, 2 or 3 in turn."""
    difficulty = 1 + number % 3
    first = FIRST_SEED + SEEDS_PER_PROJECT * number
    project = draw_project(first, difficulty)
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(images):
        if (folder / f"{index:03d}.materials.png").exists():
            continue
        micrograph = draw_micrograph(first + 1 + index, project)
        Image.fromarray(micrograph.image).save(folder / f"{index:03d}.png")
        Image.fromarray(micrograph.materials).save(folder / f"{index:03d}.materials.png")
    about = {"difficulty": difficulty, "labels": label_names(project.materials), "images": images}
    (folder / "project.json").write_text(json.dumps(about, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--projects", type=int, default=12)
    parser.add_argument("--first", type=int, default=0, help="number of the first project")
    parser.add_argument("--images", type=int, default=20)
    options = parser.parse_args()
    for number in range(options.first, options.first + options.projects):
        write_project(options.folder / f"{number:03d}", number, options.images)


if __name__ == "__main__":
    main()
