"""Writes a fixed set of simulated micrographs with their ground truth to a folder, for measuring the whole system.

    python -m sam_i_am_models.simulated_set --set test --per-class 30 [--size 512] FOLDER

Per micrograph: NAME.png (grey), NAME.materials.png and NAME.pieces.png (8-bit labels, 0 = unknown); set.json lists
them with difficulty, number of materials and what was simulated. Files that exist already are kept.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from . import seeds
from .simulate import Micrograph, simulate

SIZE = 1024
STARTS = {
    "validation": seeds.VALIDATION.start + 20_000,
    "tuning": seeds.VALIDATION.start + 30_000,
    "test": seeds.TEST.start,
}


def draw(name: str, difficulty: int, index: int, size: int = SIZE) -> Micrograph:
    """Micrograph `index` of a class of a set; at half the size it is the same field at half the sampling.

    Only the test set draws lattices and doses that training never does.
    """
    return simulate(STARTS[name] + 1000 * difficulty + index, size, difficulty, unseen=name == "test")


def image_set(name: str, per_class: int) -> Iterator[Any]:
    """Yields the fixed micrographs of a set, the same number of every class."""
    for difficulty in (1, 2, 3):
        for index in range(per_class):
            yield draw(name, difficulty, index)


def write(folder: Path, name: str, per_class: int, size: int = SIZE) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for difficulty in (1, 2, 3):
        for index in range(per_class):
            rows.append(_write_one(folder, name, difficulty, index, size))
    (folder / "set.json").write_text(json.dumps(rows, indent=1) + "\n")


def _write_one(folder: Path, name: str, difficulty: int, index: int, size: int) -> dict:
    stem = f"{difficulty}-{index:03d}"
    about = folder / f"{stem}.json"
    if not about.exists():
        m = draw(name, difficulty, index, size)
        for suffix, picture in ((".png", m.image), (".materials.png", m.materials), (".pieces.png", m.pieces)):
            Image.fromarray(picture).save(folder / f"{stem}{suffix}")
        materials = len(np.unique(m.materials[m.materials > 0]))
        about.write_text(
            json.dumps({"name": stem, "difficulty": difficulty, "materials": materials, "simulated": m.metadata})
        )
    return json.loads(about.read_text())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--set", choices=list(STARTS), default="validation")
    parser.add_argument("--per-class", type=int, default=10)
    parser.add_argument("--size", type=int, default=SIZE, help="side in pixels")
    options = parser.parse_args()
    write(options.folder, options.set, options.per_class, options.size)


if __name__ == "__main__":
    main()
