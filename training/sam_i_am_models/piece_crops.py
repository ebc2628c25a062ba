"""Crops of the true pieces of whole micrographs, on disk: what the booster's crops look like, with shading, defects and
strips of neighbours.

python -m sam_i_am_models.piece_crops --count 1800 FOLDER
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch

from . import seeds
from .architectures.texture_encoder import CROP
from .crops import degrade, scale_grey
from .shards import finished_shards, write_shards
from .simulate import Micrograph, simulate

LEAST_INSIDE = 0.75  # of a crop's pixels that lie in its piece
LEAST_CROPS = 4  # of a piece that counts
SHARD, NAME = 50, "pieces_{:06d}.npz"
FIRST_SEED = seeds.TRAIN.start + 200_000  # micrographs that the SAM's encoder has not seen
PIECES, CROPS_PER_PIECE = 16, 10  # at most of a micrograph, on disk


def region_crops(
    rng: np.random.Generator, grey: np.ndarray, mask: np.ndarray, count: int, side: int = CROP
) -> np.ndarray:
    """(n, 1, side, side) crops with at least 75 % of their pixels in the mask; fewer than `count` for narrow masks."""
    ys, xs = np.nonzero(mask)
    out = []
    for index in rng.integers(0, len(ys), 12 * count):
        top = int(np.clip(ys[index] - side // 2, 0, mask.shape[0] - side))
        left = int(np.clip(xs[index] - side // 2, 0, mask.shape[1] - side))
        window = np.s_[top : top + side, left : left + side]
        if mask[window].mean() >= LEAST_INSIDE:
            out.append(grey[window])
        if len(out) == count:
            break
    return np.array(out, np.float32)[:, None]


def pieces_in_crops(
    rng: np.random.Generator, m: Micrograph, count: int, most: int | None = None
) -> Iterator[tuple[int, np.ndarray]]:
    """Yields (material, crops (n, 1, side, side)) of each true piece that `count` or a few less fit in; of `most`
    pieces, drawn at random, if so many are too many.
    """
    grey, numbers = scale_grey(m.image), np.unique(m.pieces[m.pieces > 0])
    if most and len(numbers) > most:
        numbers = rng.choice(numbers, most, replace=False)
    for number in numbers:
        mask = m.pieces == number
        crops = region_crops(rng, grey, mask, count)
        if len(crops) >= LEAST_CROPS:
            yield int(m.materials[mask][0]), crops


@dataclass
class Pieces:
    """Crops (n, CROP, CROP) uint8 of one micrograph, and the material and piece of each (n)."""

    crops: np.ndarray
    materials: np.ndarray
    pieces: np.ndarray


def _write_shard(path: Path, drawn: range, size: int) -> None:
    rows = []
    for seed in drawn:
        found = pieces_in_crops(np.random.default_rng(seed), simulate(seed, size), CROPS_PER_PIECE, PIECES)
        rows += [(seed, number, material, crops[:, 0]) for number, (material, crops) in enumerate(found)]
    owners = np.array([row[:3] for row in rows], np.int32).reshape(-1, 3)
    crops = np.concatenate([row[3] for row in rows]) if rows else np.zeros((0, CROP, CROP))
    np.savez(
        path, crops=(crops * 255 + 0.5).astype(np.uint8), owners=np.repeat(owners, [len(row[3]) for row in rows], 0)
    )


def write(folder: Path, count: int, first: int = FIRST_SEED, size: int = 1024, workers: int = 2) -> None:
    """Crops of `count` micrographs."""
    write_shards(folder, NAME, partial(_write_shard, size=size), range(first, first + count), SHARD, workers)


def read(folder: Path) -> list[Pieces]:
    """The micrographs of a folder that show two materials or more, in memory: .3 MB each."""
    found = []
    for shard in map(np.load, finished_shards(folder, NAME)):
        crops, owners = shard["crops"], shard["owners"]
        for seed in np.unique(owners[:, 0]):
            own = owners[:, 0] == seed
            if len(np.unique(owners[own, 2])) > 1:
                found.append(Pieces(crops[own], owners[own, 2], owners[own, 1]))
    return found


def draw_pieces(rng: np.random.Generator, known: Pieces, count: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    """Crops (n, CROP, CROP) in [0, 1] and their materials (n):

    `count` of each material, from any of its pieces, turned and degraded as one micrograph.
    """
    chosen = np.concatenate([_of_material(rng, known, material, count) for material in np.unique(known.materials)])
    rng.shuffle(chosen)
    crops = torch.from_numpy(known.crops[chosen]).float() / 255
    crops = torch.rot90(crops, int(rng.integers(4)), (1, 2))
    crops = crops.flip(2) if rng.random() < 0.5 else crops
    return degrade(rng, crops.reshape(-1, CROP)).reshape(-1, CROP, CROP), torch.from_numpy(
        known.materials[chosen].astype(np.int64)
    )


def _of_material(rng: np.random.Generator, known: Pieces, material: int, count: int) -> np.ndarray:
    """Indices of `count` crops of a material; every piece is as likely as the others."""
    pieces = rng.choice(np.unique(known.pieces[known.materials == material]), count)
    return np.array([rng.choice(np.nonzero(known.pieces == piece)[0]) for piece in pieces])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=1800)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    write(options.folder, options.count, workers=options.workers)


if __name__ == "__main__":
    main()
