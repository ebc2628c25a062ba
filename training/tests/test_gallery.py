"""The gallery: real and simulated pictures on one sheet, with a key, and no label image among them."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sam_i_am_models import gallery


def test_a_sheet_holds_all_pictures_and_the_key_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "real"
    folder.mkdir()
    grey = np.linspace(0, 60000, 40 * 60).reshape(40, 60).astype(np.uint16)
    Image.fromarray(grey).save(folder / "one.png")
    Image.fromarray(np.zeros((40, 60), np.uint8)).save(folder / "one.mask.png")
    Image.fromarray(np.full((50, 50, 3), (10, 200, 90), np.uint8)).save(folder / "two.jpg")
    arguments = [
        "--real",
        folder,
        "--sheet",
        tmp_path / "s.png",
        "--key",
        tmp_path / "k.json",
        "--simulated",
        3,
        "--columns",
        2,
        "--side",
        32,
        "--size",
        64,
    ]
    monkeypatch.setattr(sys, "argv", ["gallery", *map(str, arguments)])
    gallery.main()
    key = json.loads((tmp_path / "k.json").read_text())
    assert sorted(name.split()[0] for name in key) == ["real", "real", "simulated", "simulated", "simulated"]
    assert not any("mask" in name for name in key)
    assert Image.open(tmp_path / "s.png").size == (64, 96)


def test_sixteen_bits_keep_their_contrast(tmp_path: Path) -> None:
    Image.fromarray((np.arange(100 * 100).reshape(100, 100) * 6).astype(np.uint16)).save(tmp_path / "deep.png")
    scaled = gallery.read_grey(tmp_path / "deep.png")
    assert scaled.min() == 0 and scaled.max() == 1 and 0.4 < scaled.mean() < 0.6
