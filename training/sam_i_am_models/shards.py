"""Data that many micrographs give, one file for so many seeds, made by worker processes.

Finished files are kept, so that an interrupted run goes on.
"""

import multiprocessing
import os
import time
from collections.abc import Callable
from pathlib import Path

import torch


def _write_shard(task: tuple[Path, Callable[..., None], range]) -> tuple[str, float]:
    target, write, drawn = task
    started = time.time()
    if not target.exists():
        torch.set_num_threads(1)
        unfinished = target.with_suffix(f".part{target.suffix}")
        write(unfinished, drawn)
        os.replace(unfinished, target)
    return target.name, time.time() - started


def write_shards(
    folder: Path, name: str, write: Callable[..., None], drawn: range, shard: int, workers: int = 2
) -> None:
    """`write(path, seeds)` writes the file of a range of seeds, at `name` with the first seed in it
    (`maps_{:06d}.npy`); it goes to the workers, so it is
    a function of a module or a partial of one."""
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [
        (folder / name.format(part[0]), write, part)
        for part in (drawn[at : at + shard] for at in range(0, len(drawn), shard))
    ]
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for written, seconds in pool.imap_unordered(_write_shard, tasks):
            print(f"{written}: {seconds:.0f} s", flush=True)


def finished_shards(folder: Path, name: str) -> list[Path]:
    """The finished files of a folder, in the order of their seeds."""
    return [path for path in sorted(Path(folder).glob(name.replace("{:06d}", "[0-9]*"))) if ".part" not in path.name]
