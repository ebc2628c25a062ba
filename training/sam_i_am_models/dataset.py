"""Simulated micrographs on disk: shards of uint8 maps, written by worker processes, read memory-mapped.

A shard `maps_<first seed>.npy` has shape (images, 5, size, size): image, materials, pieces, parts, groups;
`classes_<first seed>.npy` holds the difficulty of each image. Finished shards are kept, so that generation resumes.
"""

import argparse
import multiprocessing
import os
import time
from pathlib import Path

import numpy as np

from . import seeds

SHARD = 50
GREY_PERCENTILES = (0.5, 99.5)
IMAGE, MATERIALS, PIECES, PARTS, GROUPS = range(5)


def _write_shard(task):
    folder, first, count, size = task
    target = Path(folder) / f"maps_{first:06d}.npy"
    if target.exists():
        return first, 0.0
    import torch

    from .simulate import simulate

    torch.set_num_threads(1)
    started = time.time()
    drawn = [simulate(seed, size) for seed in range(first, first + count)]
    np.save(target.with_name(f"classes_{first:06d}.npy"), np.array([m.difficulty for m in drawn], np.uint8))
    unfinished = target.with_suffix(".part.npy")
    np.save(unfinished, np.stack([m.maps() for m in drawn]))
    os.replace(unfinished, target)
    return first, time.time() - started


def generate(folder, first: int, count: int, size: int = 1024, workers: int = 2, shard: int = SHARD):
    """Write the micrographs of seeds first .. first + count - 1 into `folder`, `shard` of them a file."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    tasks = [(str(folder), s, min(shard, first + count - s), size) for s in range(first, first + count, shard)]
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for start, seconds in pool.imap_unordered(_write_shard, tasks):
            print(f"seeds {start}..: {seconds:.0f} s", flush=True)


class Shards:
    """Random access to all maps in a folder. Shards that appear later are found by `refresh`."""

    def __init__(self, folder):
        self.folder, self.names = Path(folder), []
        self.maps: list[np.ndarray] = []
        self.classes: list[np.ndarray] = []
        self.refresh()

    def refresh(self):
        for path in sorted(self.folder.glob("maps_[0-9]*.npy")):
            if path.name in self.names or ".part" in path.name:
                continue
            self.names.append(path.name)
            self.maps.append(np.load(path, mmap_mode="r"))
            self.classes.append(np.load(path.with_name(path.name.replace("maps", "classes"))))

    def __len__(self):
        return sum(len(m) for m in self.maps)

    def __getitem__(self, index: int) -> tuple[np.ndarray, int]:
        """Maps (5, size, size) and difficulty of one micrograph."""
        for maps, classes in zip(self.maps, self.classes):
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


def main():
    parser = argparse.ArgumentParser(description="Simulate micrographs for training and validation.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--train", type=int, default=1200)
    parser.add_argument("--validation", type=int, default=60)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--first", type=int, default=seeds.TRAIN.start, help="first seed of the training micrographs")
    parser.add_argument("--shard", type=int, default=SHARD, help="micrographs in a file")
    options = parser.parse_args()
    generate(options.folder / "validation", seeds.VALIDATION.start, options.validation, workers=options.workers, shard=options.shard)
    generate(options.folder / "train", options.first, options.train, workers=options.workers, shard=options.shard)


if __name__ == "__main__":
    main()
