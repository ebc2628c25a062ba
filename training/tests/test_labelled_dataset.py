"""A data set of `sam-i-am dataset` becomes the maps that the recipe trains on, and damage is named."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sam_i_am_models.dataset import Shards
from sam_i_am_models.labelled_dataset import DamagedDataset, crops, write_shards
from sam_i_am_models.prompts import draw_prompts


def entry(folder: Path, file: str, pixels: np.ndarray) -> dict[str, str]:
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(path)
    return {"file": file, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    items = []
    for number, (split, depth) in enumerate([("train", np.uint8), ("train", np.uint16), ("test", np.uint8)]):
        labels = np.ones((200, 150), np.uint8)
        labels[:, 70:] = 2
        labels[90:110] = 0
        grey = (rng.integers(0, 60, labels.shape) + labels * 90).astype(depth)
        files = {
            name: entry(tmp_path, f"{name}s/{number}.png", pixels)
            for name, pixels in (("image", grey), ("label", labels))
        }
        items.append({"id": str(number), "image": files["image"], "labels": files["label"], "split": split})
    (tmp_path / "manifest.json").write_text(json.dumps({"version": 1, "items": items}))
    return tmp_path


def test_each_split_becomes_shards_of_maps_that_prompts_are_drawn_from(
    labelled: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path_factory.mktemp("maps")
    assert [write_shards(labelled, out, 128, split) for split in ("train", "validation", "test")] == [8, 0, 4]
    shards = Shards(out / "train")
    assert len(shards) == 8
    maps, difficulty = shards[0]
    image, materials, pieces, parts, groups = maps
    assert maps.shape == (5, 128, 128) and maps.dtype == np.uint8 and difficulty == 2
    assert set(np.unique(materials)) == {0, 1, 2} and pieces.max() == 4 and (pieces == parts).all()
    assert image[materials == 2].mean() > image[materials == 1].mean() + 40
    prompts = draw_prompts(np.random.default_rng(1), maps[1:], 6, "point", 1)
    assert prompts.coords.shape == (6, 1, 2)


def test_crops_cover_the_frame_and_small_frames_are_filled_up() -> None:
    image = np.arange(90, dtype=np.uint8).reshape(9, 10)
    found = list(crops(image, image, 4))
    assert len(found) == 9 and {value for crop, _ in found for value in crop.ravel()} == set(range(90))
    [(filled, labels)] = crops(image[:2, :3], np.ones((2, 3), np.uint8), 4)
    assert filled.shape == (4, 4) and labels.sum() == 6


def test_a_damaged_file_is_named(labelled: Path, tmp_path: Path) -> None:
    (labelled / "labels/1.png").write_bytes(b"")
    with pytest.raises(DamagedDataset, match="1.png.*sam-i-am dataset"):
        write_shards(labelled, tmp_path / "maps")
    with pytest.raises(DamagedDataset, match="manifest.json is missing"):
        write_shards(tmp_path / "none", tmp_path / "maps")
