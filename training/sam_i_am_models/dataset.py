"""Simulated micrographs on disk: shards of uint8 maps, written by worker processes, read memory-mapped.

A shard `maps_<first seed>.npy` has shape (images, 5, size, size): image, materials, pieces, parts, groups;
`classes_<first seed>.npy` holds the difficulty of each image, `kinds_<first seed>.json` the name of its kind of scene.
Finished shards are kept, so that generation resumes.
"""

import argparse
import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from . import seeds
from .shards import finished_shards, write_shards
from .simulate import simulate
from .simulate.lab import LAB_SHARE, simulate_lab, simulate_mixed
from .simulate.micrograph import Micrograph

SHARD, NAME = 50, "maps_{:06d}.npy"
GREY_PERCENTILES = (0.5, 99.5)
IMAGE, MATERIALS, PIECES, PARTS, GROUPS = range(5)


def simulator(lab: float) -> Callable[..., Micrograph]:
    """What draws a micrograph from (seed, size), with a share `lab` of the broad simulator's."""
    return simulate if lab <= 0 else simulate_lab if lab >= 1 else partial(simulate_mixed, share=lab)


def kind_of(micrograph: Micrograph) -> str:
    """The kind of scene; `simulate` has one, "old"."""
    return micrograph.metadata.get("kind", "old")


def _write_shard(path: Path, drawn: range, size: int, lab: float) -> None:
    draw = simulator(lab)
    micrographs = [draw(seed, size) for seed in drawn]
    path.with_name(f"kinds_{drawn[0]:06d}.json").write_text(json.dumps([kind_of(m) for m in micrographs]))
    np.save(path.with_name(f"classes_{drawn[0]:06d}.npy"), np.array([m.difficulty for m in micrographs], np.uint8))
    np.save(path, np.stack([m.maps() for m in micrographs]))


def generate(
    folder: Path, wanted: range, size: int = 1024, workers: int = 2, shard: int = SHARD, lab: float = 0.0
) -> None:
    """Write the micrographs of the seeds `wanted` into `folder`, `shard` of them a file; a share `lab` of them by the
    broad simulator.
    """
    write_shards(Path(folder), NAME, partial(_write_shard, size=size, lab=lab), wanted, shard, workers)


class Shards:
    """Random access to all maps in a folder. Shards that appear later are found by `refresh`."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.names: list[str] = []
        self.maps: list[np.ndarray] = []
        self.classes: list[np.ndarray] = []
        self.kinds: list[str] = []
        self.refresh()

    def refresh(self) -> None:
        for path in finished_shards(self.folder, NAME):
            if path.name in self.names:
                continue
            self.names.append(path.name)
            self.maps.append(np.load(path, mmap_mode="r"))
            self.classes.append(np.load(path.with_name(path.name.replace("maps", "classes"))))
            named = path.with_name(path.name.replace("maps", "kinds")).with_suffix(".json")
            self.kinds += json.loads(named.read_text()) if named.exists() else ["old"] * len(self.classes[-1])

    def __len__(self) -> int:
        return sum(len(m) for m in self.maps)

    def __getitem__(self, index: int) -> tuple[np.ndarray, int]:
        """Maps (5, size, size) and difficulty of one micrograph."""
        for maps, classes in zip(self.maps, self.classes, strict=True):
            if index < len(maps):
                return maps[index], int(classes[index])
            index -= len(maps)
        raise IndexError(index)

    def grey_range(self, index: int) -> tuple[float, float]:
        """Grey values of one micrograph that every model takes for black and white."""
        return grey_range(self[index][0][IMAGE])


def grey_range(image: np.ndarray) -> tuple[float, float]:
    """The 0.5 and 99.5 percentiles of (h, w) grey values, by every third pixel."""
    low, high = np.percentile(image[::3, ::3], GREY_PERCENTILES)
    return float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser(description="Simulate micrographs for training and validation.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--train", type=int, default=1200)
    parser.add_argument("--validation", type=int, default=60)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--first", type=int, default=seeds.TRAIN.start, help="first seed of the training micrographs")
    parser.add_argument("--shard", type=int, default=SHARD, help="micrographs in a file")
    parser.add_argument(
        "--lab",
        type=float,
        default=0.0,
        help=f"share of the training micrographs by the broad simulator; the released recipe has {LAB_SHARE}",
    )
    parser.add_argument(
        "--lab-validation", type=int, default=0, help="validation micrographs of the broad simulator alone"
    )
    options = parser.parse_args()
    settings = dict(workers=options.workers, shard=options.shard)
    validation = seeds.VALIDATION.start
    generate(options.folder / "validation", range(validation, validation + options.validation), **settings)
    for_lab = range(validation, validation + options.lab_validation)
    generate(options.folder / "lab_validation", for_lab, lab=1.0, **settings)
    for_training = range(options.first, options.first + options.train)
    generate(options.folder / "train", for_training, lab=options.lab, **settings)


if __name__ == "__main__":
    main()
