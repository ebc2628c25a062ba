"""What `sam-i-am dataset` wrote, as shards of training maps: the recipe trains on people's annotations as on simulated
ones.

    python -m sam_i_am_models.labelled_dataset DATASET OUT [--size 512]

Frames larger than `size` are cut into crops, smaller ones are filled up by reflection, unlabelled. `train` and
`validation` become the folders that the training programs read; `test` is written beside them and read by none.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from .dataset import SHARD
from .simulate.maps import connected_pieces, touching_groups

SPLITS = ("train", "validation", "test")
MANIFEST_VERSION = 1


class DamagedDataset(ValueError):
    """A file is missing, or is not the one that the manifest names."""


def read_manifest(folder: Path) -> dict[str, Any]:
    path = Path(folder) / "manifest.json"
    if not path.exists():
        raise DamagedDataset(f"{path} is missing: run `sam-i-am dataset --out {folder}` to its end")
    manifest = json.loads(path.read_text())
    if manifest["version"] != MANIFEST_VERSION:
        raise DamagedDataset(f"{path} has version {manifest['version']}, this program reads {MANIFEST_VERSION}")
    return manifest


def _checked(folder: Path, entry: dict[str, str]) -> Path:
    path = Path(folder) / entry["file"]
    if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
        raise DamagedDataset(f"{path} is missing or not the file of the manifest: run `sam-i-am dataset` again")
    return path


def read_item(folder: Path, item: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """The micrograph and its material numbers, both uint8 (height, width).

    Intensities are stretched as the backend does it.
    """
    with Image.open(_checked(folder, item["image"])) as opened:
        grey = np.asarray(opened.convert("L") if opened.mode in ("RGB", "RGBA", "P", "LA") else opened, np.float32)
    with Image.open(_checked(folder, item["labels"])) as opened:
        materials = np.asarray(opened.convert("L"), np.uint8)
    if grey.shape != materials.shape:
        raise DamagedDataset(f"{item['id']}: the image is {grey.shape}, its labels are {materials.shape}")
    low, high = np.percentile(grey, (0.1, 99.9))
    scaled = np.clip((grey - low) / max(high - low, 1e-6), 0, 1)
    return (scaled * 255 + 0.5).astype(np.uint8), materials


def crops(image: np.ndarray, materials: np.ndarray, size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Square crops that cover the frame, the last ones of a row or column moved in.

    Small frames are filled up, unlabelled.
    """
    missing = [(0, max(0, size - length)) for length in image.shape]
    image, materials = np.pad(image, missing, mode="symmetric"), np.pad(materials, missing)
    starts = [sorted({min(at, length - size) for at in range(0, length, size)}) for length in image.shape]
    for y in starts[0]:
        for x in starts[1]:
            yield image[y : y + size, x : x + size], materials[y : y + size, x : x + size]


def training_maps(image: np.ndarray, materials: np.ndarray) -> np.ndarray:
    """(5, size, size) uint8 as the simulator's: people label materials, so that parts and groups follow from the
    pieces.
    """
    pieces = connected_pieces(materials, least_area=16)
    groups = touching_groups(pieces, materials, lambda a, b: False, reach=1)
    return np.stack([image, materials, pieces, pieces, groups])


def write_shards(dataset: Path, out: Path, size: int = 512, split: str = "train") -> int:
    """Write one split; gives the number of crops. Crops without two labelled pixels of one material are left out."""
    target = Path(out) / split
    target.mkdir(parents=True, exist_ok=True)
    drawn, written = [], 0
    for item in [*read_manifest(dataset)["items"], None]:
        if item is not None and item["split"] == split:
            for image, materials in crops(*read_item(dataset, item), size):
                if (materials > 0).sum() > 1:
                    drawn.append(training_maps(image, materials))
        while len(drawn) >= SHARD or (item is None and drawn):
            shard, drawn = drawn[:SHARD], drawn[SHARD:]
            np.save(target / f"classes_{written:06d}.npy", np.full(len(shard), 2, np.uint8))
            np.save(target / f"maps_{written:06d}.npy", np.stack(shard))
            written += len(shard)
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", type=int, default=512)
    options = parser.parse_args()
    for split in SPLITS:
        print(f"{split}: {write_shards(options.dataset, options.out, options.size, split)} crops", flush=True)


if __name__ == "__main__":
    main()
