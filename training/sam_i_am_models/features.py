"""What the material head is trained on: the finished encoder's features of micrographs that it has never seen, on disk.

The head sees the whole of a micrograph, and the encoder, which is costly, stays as it is: every micrograph is encoded
twice, as it is and as a crop of it that is turned, enlarged and degraded.

    python -m sam_i_am_models.features --sam checkpoints/shipped.pt --count 1000 FOLDER
"""

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from . import seeds
from .affinity import cell_labels
from .architectures import ImageEncoder, MaterialHead
from .crops import degrade, resize_image, resize_labels, scale_grey
from .export import load_sam
from .shards import finished_shards, write_shards
from .simulate import simulate
from .simulate.micrograph import Micrograph

SHARD, NAME = 25, "features_{:06d}.npz"
FIRST_SEED = seeds.TRAIN.start + 100_000  # none that the encoder was trained on
LEAST_SIDE = 0.625  # of a frame, for the crops
LABEL_STRIDE = 8
PLAIN_SHARE = 0.5  # of the whole frames, which are not degraded


def encode(encoder: ImageEncoder, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """What the head reads of a (h, w) image in [0, 1]."""
    with torch.no_grad():
        features = encoder.features(image[None, None])
        tokens, outlines = encoder.heads(*features)[3:]
        return MaterialHead.inputs(image[None, None], *features, tokens, outlines)


def grid_labels(materials: np.ndarray) -> np.ndarray:
    """The material of each 8-px cell that one material fills, else 0: (h / 8, w / 8) uint8."""
    height, width = materials.shape
    middle, pure = cell_labels(torch.from_numpy(np.ascontiguousarray(materials))[None], LABEL_STRIDE)
    return (middle * pure).reshape(height // LABEL_STRIDE, width // LABEL_STRIDE).to(torch.uint8).numpy()


def views(rng: np.random.Generator, micrograph: Micrograph) -> Iterator[Any]:
    """Two (image, materials) of a micrograph: the frame and a crop of it at the frame's size."""
    image, materials = scale_grey(micrograph.image), micrograph.materials
    frame = torch.from_numpy(image)
    yield (frame if rng.random() < PLAIN_SHARE else degrade(rng, frame)), materials
    size = image.shape[0]
    side = int(rng.integers(int(LEAST_SIDE * size), size + 1))
    top, left = rng.integers(0, size - side + 1, 2)
    turns = int(rng.integers(4))
    cut, own = (np.rot90(x[top : top + side, left : left + side], turns).copy() for x in (image, materials))
    own = resize_labels(torch.from_numpy(own)[None], size)[0].numpy()
    yield degrade(rng, resize_image(torch.from_numpy(cut), size, size).clamp(0, 1)), own


def _write_shard(path: Path, drawn: range, checkpoint: Path | None, size: int) -> None:
    encoder = load_sam(checkpoint)[0]
    rows = []
    for seed in drawn:
        for image, materials in views(np.random.default_rng(seed), simulate(seed, size)):
            fine, coarse = (x[0].half().numpy() for x in encode(encoder, image))
            rows.append(dict(fine=fine, coarse=coarse, labels=grid_labels(materials)))
    columns: dict[str, Any] = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    np.savez(path, **columns)


def write(
    folder: Path, checkpoint: Path | None, count: int, first: int = FIRST_SEED, size: int = 1024, workers: int = 2
) -> None:
    """Features of `count` micrographs."""
    write_shards(
        folder,
        NAME,
        partial(_write_shard, checkpoint=checkpoint, size=size),
        range(first, first + count),
        SHARD,
        workers,
    )


def read(folder: Path) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """All views in a folder, in memory, about 2 MB each: (fine (196, h, w), coarse (192, h / 2, w / 2), labels (2 h, 2
    w)).
    """
    return [
        view
        for file in map(np.load, finished_shards(folder, NAME))
        for view in zip(file["fine"], file["coarse"], file["labels"], strict=True)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sam", type=Path, required=True, help="checkpoint with the encoder")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    write(options.folder, options.sam, options.count, workers=options.workers)


if __name__ == "__main__":
    main()
