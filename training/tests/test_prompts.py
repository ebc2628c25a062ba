"""Prompts: what is asked for lies where it should, and what a user does next is a correction."""

import numpy as np
import pytest
import torch

from sam_i_am_models.architectures.mask_decoder import MASK_STRIDE
from sam_i_am_models.dataset import GROUPS, MATERIALS, PARTS, PIECES
from sam_i_am_models.prompts import KINDS, Prompts, correct, draw_kind, draw_prompts, mask_grid, region_at, regions_at

CELLS = 16
SIDE = CELLS * MASK_STRIDE


def label_maps() -> np.ndarray:
    """(4, SIDE, SIDE): two materials side by side, the right one in two parts, one above the other; a strip is unlabelled."""
    y, x = np.mgrid[:SIDE, :SIDE]
    right, lower = x >= SIDE // 2, y >= SIDE // 2
    maps = np.zeros((4, SIDE, SIDE), np.uint8)
    maps[MATERIALS - MATERIALS] = 1 + right
    maps[PIECES - MATERIALS] = 1 + right
    maps[GROUPS - MATERIALS] = 1 + right
    maps[PARTS - MATERIALS] = np.where(right, 2 + lower, 1)
    maps[:, :, :MASK_STRIDE] = 0
    return maps


def test_the_grid_has_the_value_at_each_cells_centre():
    maps = label_maps()
    grid = mask_grid(maps)
    assert grid.shape == (4, CELLS, CELLS)
    for row, column in ((0, 0), (5, 9), (CELLS - 1, CELLS - 1)):
        centre = [index * MASK_STRIDE + MASK_STRIDE // 2 for index in (row, column)]
        assert np.array_equal(grid[:, row, column], maps[:, centre[0], centre[1]])


def test_a_bridge_joins_what_a_gap_of_two_cells_parts_and_no_more():
    row = np.array([[1, 1, 0, 0, 1, 0, 0, 0, 1]])
    assert region_at(row, 0, 0).tolist() == [[True, True] + [False] * 7]
    assert np.flatnonzero(region_at(row, 0, 0, bridge=True)).tolist() == [0, 1, 4]


def test_regions_that_are_the_same_count_once():
    grid = mask_grid(label_maps())
    masks, meant = regions_at(grid, 2, CELLS - 2)
    assert meant.tolist() == [1, 1, 0]
    assert masks[0].sum() * 2 == masks[1].sum()
    assert not (masks[0] & ~masks[1]).any()
    assert regions_at(grid, 2, 3)[1].tolist() == [1, 0, 0]


@pytest.mark.parametrize("kind, slots", [("point", 1), ("points", 4), ("box", 3)])
def test_prompts_say_what_is_meant(kind, slots):
    maps = label_maps()
    prompts = draw_prompts(np.random.default_rng(1), maps, 30, kind, slots)
    assert prompts.coords.shape == (30, slots, 2) and prompts.labels.shape == (30, slots)
    assert prompts.coords.min() >= 0 and prompts.coords.max() < SIDE
    assert torch.equal(prompts.known, torch.from_numpy(mask_grid(maps)[PIECES - MATERIALS] > 0))
    for coords, labels, targets, meant in zip(prompts.coords, prompts.labels, prompts.targets, prompts.meant):
        if kind == "box":
            assert labels.tolist() == [2.0, 3.0, -1.0] and (coords[0] < coords[1]).all()
            continue
        target = targets[int(meant.argmax())]
        for (x, y), label in zip((coords // MASK_STRIDE).int().tolist(), labels.tolist()):
            assert bool(target[y, x]) == (label == 1.0)


def test_nothing_is_asked_where_nothing_is_labelled():
    assert draw_prompts(np.random.default_rng(1), np.zeros((4, SIDE, SIDE), np.uint8), 3) is None


def test_kinds_come_as_often_as_they_should():
    rng = np.random.default_rng(2)
    drawn = [draw_kind(rng) for _ in range(4000)]
    for kind, share in KINDS.items():
        assert abs(sum(each == kind for each, _ in drawn) / len(drawn) - share) < 0.03
    assert {slots for kind, slots in drawn if kind == "points"} == {2, 3, 4}


def test_a_correction_clicks_where_the_mask_is_wrong():
    torch.manual_seed(3)
    prompts = draw_prompts(np.random.default_rng(3), label_maps(), 24)
    logits = torch.where(torch.rand(24, 3, CELLS, CELLS) < 0.5, 1.0, -1.0)
    more, earlier = correct(prompts, logits)
    assert earlier.shape == (24, 1, CELLS, CELLS)
    assert torch.equal(more.coords[:, :1], prompts.coords) and (more.meant.sum(1) == 1).all()
    for index in range(24):
        x, y = (more.coords[index, -1] // MASK_STRIDE).int().tolist()
        truth = bool(more.targets[index][int(more.meant[index].argmax())][y, x])
        assert prompts.known[y, x] and truth != bool(earlier[index, 0, y, x] > 0)
        assert more.labels[index, -1] == float(truth)


def test_prompts_of_several_frames_keep_what_is_known_of_each():
    first, second = (draw_prompts(np.random.default_rng(seed), label_maps(), 2) for seed in (1, 2))
    second.known = torch.zeros_like(second.known)
    joined = Prompts.joined([first, second])
    assert len(joined.coords) == 4 and joined.known.shape == (4, 1, CELLS, CELLS)
    assert torch.equal(joined.known[1, 0], first.known) and not joined.known[2:].any()
