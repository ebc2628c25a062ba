"""Overlays of the broad simulator: painted pixels are known exactly, unlabelled in every map, and scale bars have the length they say."""

import json

import numpy as np
import pytest
from PIL import Image

from sam_i_am_models import overlay_set
from sam_i_am_models.simulate.lab import glyphs, overlays
from sam_i_am_models.simulate.lab.canvas import Canvas, Ink
from sam_i_am_models.simulate.lab.develop import develop
from sam_i_am_models.simulate.lab.field import Field

SEEDS = range(40)


def _plain(height=300, width=400):
    return (np.random.default_rng(5).normal(120, 20, (height, width))).clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def burnt():
    return [overlays.burn(np.random.default_rng(seed), _plain()) for seed in SEEDS]


def test_what_is_not_painted_stays_as_it_was(burnt):
    for one in burnt:
        changed = np.abs(one.image.astype(int) - _plain()) > 0.06 * 255 + 1
        assert not (changed & ~one.painted).any()
        assert one.painted.any() and one.marks


def test_every_kind_of_mark_is_painted_by_some_seed(burnt):
    kinds = {mark["kind"] for one in burnt for mark in one.marks}
    assert {"banner", "scale bar", "letters", "arrow", "ring", "line", "frame", "padding"} <= kinds
    assert 0.02 < np.mean([one.painted.mean() for one in burnt]) < 0.4


def test_the_same_seed_paints_the_same_bytes():
    first, second = (overlays.burn(np.random.default_rng(3), _plain()) for _ in range(2))
    assert np.array_equal(first.image, second.image) and first.marks == second.marks


@pytest.mark.parametrize("seed", range(12))
def test_a_scale_bar_is_as_long_as_it_says(seed):
    canvas = Canvas.of(np.full((400, 500), 90, np.uint8))
    overlays.MARKS["scale bar"][0](np.random.default_rng(seed), canvas, Ink(255))
    (mark,) = canvas.marks
    top, left, bottom, right = mark["bar"]
    columns = np.nonzero((canvas.image[top:bottom] > 200).any(0))[0]
    columns = columns[(columns >= left) & (columns < right)]
    assert columns[-1] - columns[0] + 1 == mark["length"] == right - left


@pytest.mark.parametrize("name", [*overlays.RIMS, *overlays.MARKS])
@pytest.mark.parametrize("shape", [(64, 64), (97, 400), (512, 384)])
def test_each_mark_fits_any_shape_of_picture(name, shape):
    function = (overlays.RIMS | overlays.MARKS)[name][0]
    for seed in range(4):
        canvas = Canvas.of(_plain(*shape))
        function(np.random.default_rng(seed), canvas, Ink(255))
        assert canvas.image.shape == canvas.painted.shape == shape
        assert np.isfinite(canvas.image).all()


def test_painted_pixels_are_unlabelled_in_all_maps(monkeypatch):
    seen = []

    def always(rng, image):
        one = overlays.burn(rng, image)
        seen.append(one.painted)
        return one.image, one.painted

    monkeypatch.setattr(overlays, "OVERLAYS", {"burnt in": (always, 1.0)})
    field = Field(np.tile(np.repeat([0.2, 0.8], 64), (128, 1)).astype(np.float32), np.tile(np.repeat([1, 2], 64), (128, 1)).astype(np.uint8))
    micrograph = develop(np.random.default_rng(2), field)
    assert seen[0].any()
    for labels in micrograph.maps()[1:]:
        assert not labels[seen[0]].any()


def test_text_is_as_high_as_asked_and_has_ink():
    for pixels in (False, True):
        tile = glyphs.text_tile(glyphs.Face(pixels), "H", 28)
        assert abs(tile.shape[0] - 28) <= 3 and tile.max() == 1
    assert glyphs.text_tile(glyphs.Face(), "µ", 28).shape[0] > glyphs.text_tile(glyphs.Face(), "u", 28).shape[0]
    assert glyphs.text_tile(glyphs.Face(), "Å", 28).shape[0] >= glyphs.text_tile(glyphs.Face(), "A", 28).shape[0]


def test_the_set_has_each_picture_with_and_without(tmp_path, monkeypatch):
    monkeypatch.setattr(overlay_set, "SIZES", (96, 128))
    entries = overlay_set.write(tmp_path, 3, first=5)
    assert entries == json.loads((tmp_path / "index.json").read_text())
    for entry in entries:
        image, plain, overlay = (np.asarray(Image.open(tmp_path / entry[key])) for key in ("file", "plain", "overlay"))
        assert image.shape == plain.shape == overlay.shape == (entry["height"], entry["width"])
        assert set(np.unique(overlay)) <= {0, 255} and (overlay > 0).any() and entry["marks"]
        if entry["jpeg"] is None:
            assert (image == plain)[overlay == 0].mean() > 0.98
