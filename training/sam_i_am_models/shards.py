"""Data that many micrographs give, one file for so many seeds, made by worker processes. Finished files are kept, so that an interrupted run goes on."""

import multiprocessing
import os
from pathlib import Path

import numpy as np
import torch


def _write_shard(task):
    target, draw, drawn = task
    if target.exists():
        return target
    torch.set_num_threads(1)
    unfinished = target.with_suffix(".part.npz")
    np.savez(unfinished, **draw(drawn))
    os.replace(unfinished, target)
    return target


def write_shards(folder: Path, draw, drawn: range, shard: int, workers: int = 2) -> None:
    """`draw(seeds)` gives named arrays of a range of seeds; it goes to the workers, so it is a function of a module or a partial of one."""
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [(folder / f"seeds_{part[0]:06d}.npz", draw, part) for part in (drawn[at : at + shard] for at in range(0, len(drawn), shard))]
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for target in pool.imap_unordered(_write_shard, tasks):
            print(f"wrote {target.name}", flush=True)


def read_shards(folder: Path) -> list:
    """The finished files of a folder, in the order of their seeds."""
    return [np.load(path) for path in sorted(Path(folder).glob("seeds_*.npz")) if not path.name.endswith(".part.npz")]
