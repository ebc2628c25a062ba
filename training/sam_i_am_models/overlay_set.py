"""Writes simulated micrographs with burnt-in overlays, and the same ones without, for measuring what is taken for
specimen.

    python -m sam_i_am_models.overlay_set FOLDER --count 500 [--first 900000]

Per picture: NAME.png (with overlays), NAME.plain.png (the same picture without), NAME.overlay.png (255 where something
was painted, else 0). index.json lists them: {name, file, plain, overlay, width, height, share (of the pixels that are
painted), jpeg (quality or null), marks}. A mark: {kind, box: [top, left, bottom, right]} in pixels, half open; a scale
bar also has length (pixels, the bar's own width), bar (the box of the bar alone), label (as printed, may be empty), and
in_banner where it lies in one. Kinds: banner, scale bar, letters, arrow, ring, line, frame, padding, inset, colour bar;
padding has sides [top, left, bottom, right], empty for the wedges of a turned picture. The same seed gives the same
bytes.
"""

import argparse
import json
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from . import seeds
from .simulate import simulate
from .simulate.lab.develop import develop
from .simulate.lab.kinds import KINDS, draw_kind
from .simulate.lab.overlays import burn

SIZES = (512, 512, 640, 768, 1024, 1024)
SHAPES = ((1, 1), (1, 1), (1, 1), (3, 4), (4, 5), (5, 4), (1, 2))  # height to width


def picture(rng: np.random.Generator, seed: int) -> np.ndarray:
    """A micrograph without overlays, uint8 (h, w), cut to a usual shape: three in ten from the narrow simulator."""
    size = int(rng.choice(SIZES))
    if rng.random() < 0.3:
        image = simulate(seed, size).image
    else:
        image = develop(rng, KINDS[draw_kind(rng)][0](rng, size), overlaid=False).image
    down, across = SHAPES[int(rng.integers(len(SHAPES)))]
    height, width = (round(size * length / max(down, across)) for length in (down, across))
    return np.ascontiguousarray(image[:height, :width])


def pair(seed: int) -> tuple[dict, dict[str, np.ndarray]]:
    """The entry of index.json (without names of files) and the three pictures of one seed, by their suffix."""
    rng = np.random.default_rng([seed, 30])
    plain = picture(rng, seed)
    burnt = burn(rng, plain)
    quality = int(rng.integers(30, 92)) if rng.random() < 0.3 else None
    image, plain = (_jpeg(p, quality) if quality else p for p in (burnt.image, plain))
    entry = {
        "width": plain.shape[1],
        "height": plain.shape[0],
        "share": round(float(burnt.painted.mean()), 5),
        "jpeg": quality,
        "marks": burnt.marks,
    }
    return entry, {"": image, ".plain": plain, ".overlay": burnt.painted.astype(np.uint8) * 255}


def _jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    """The picture as it comes out of a JPEG file."""
    file = BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def _write_one(task: tuple[Path, int]) -> dict:
    folder, seed = task
    torch.set_num_threads(1)
    name, (entry, pictures) = f"{seed:06d}", pair(seed)
    for suffix, image in pictures.items():
        Image.fromarray(image).save(folder / f"{name}{suffix}.png")
    files = {"file": f"{name}.png", "plain": f"{name}.plain.png", "overlay": f"{name}.overlay.png"}
    return {"name": name} | files | entry


def write(folder: Path, count: int, first: int = seeds.VALIDATION.start, workers: int = 1) -> list[dict]:
    """Write `count` pictures of the seeds from `first` and index.json; returns its entries."""
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [(folder, seed) for seed in range(first, first + count)]
    if workers > 1:
        with get_context("spawn").Pool(workers) as pool:
            entries = pool.map(_write_one, tasks, chunksize=4)
    else:
        entries = [_write_one(task) for task in tasks]
    (folder / "index.json").write_text(json.dumps(entries, indent=1, default=int) + "\n")
    return entries


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--first", type=int, default=seeds.VALIDATION.start, help="first seed")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    write(options.folder, options.count, options.first, options.workers)


if __name__ == "__main__":
    main()
