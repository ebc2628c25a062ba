"""Prompts: they lie where they say, mean what the maps hold, and the mask grid is the maps at every eighth pixel."""

import numpy as np
import pytest
import torch

from sam_i_am_models.architectures.mask_decoder import MASK_STRIDE
from sam_i_am_models.prompts import (
    KINDS,
    Prompts,
    draw_kind,
    draw_prompts,
    mask_grid,
    no_mask,
    place_in_part,
    region_at,
    regions_at,
)

SIZE = 128


def two_halves() -> np.ndarray:
    """Materials, pieces, parts and groups: two halves of one group, the left one in two parts, a margin unlabelled."""
    materials = np.zeros((SIZE, SIZE), np.uint8)
    materials[8:120, 8:64], materials[8:120, 64:120] = 1, 2
    parts = materials.copy()
    parts[64:120, 8:64] = 3
    return np.stack([materials, materials, parts, (materials > 0).astype(np.uint8)])


def test_the_mask_grid_is_the_middle_of_each_cell() -> None:
    labels = np.arange(4 * SIZE * SIZE).reshape(4, SIZE, SIZE)
    grid = mask_grid(labels)
    assert grid.shape == (4, SIZE // MASK_STRIDE, SIZE // MASK_STRIDE)
    assert grid[2, 3, 5] == labels[2, 3 * MASK_STRIDE + MASK_STRIDE // 2, 5 * MASK_STRIDE + MASK_STRIDE // 2]


def test_a_region_is_connected_and_a_narrow_gap_parts_it_unless_bridged() -> None:
    labels = np.ones((5, 9), np.uint8)
    labels[:, 4] = 0
    assert region_at(labels, 2, 1).sum() == 5 * 4
    assert region_at(labels, 2, 1, bridge=True).sum() == 5 * 8


def test_part_piece_and_group_hold_each_other_and_what_is_the_same_is_meant_once() -> None:
    grid = mask_grid(two_halves())
    masks, meant = regions_at(grid, 4, 4)
    part, piece, group = masks
    assert not (part & ~piece).any() and not (piece & ~group).any()
    assert part.sum() < piece.sum() < group.sum() and meant.tolist() == [1, 1, 1]
    _, of_one_part = regions_at(grid, 4, 12)
    assert of_one_part.tolist() == [1, 0, 1]


@pytest.mark.parametrize(("kind", "slots"), [("point", 1), ("points", 3), ("box", 2), ("box", 3)])
def test_prompts_lie_in_the_frame_and_say_what_they_are(kind: str, slots: int) -> None:
    for seed in range(8):
        drawn = draw_prompts(np.random.default_rng(seed), two_halves(), 5, kind, slots)
        assert drawn is not None
        assert drawn.coords.shape == (5, slots, 2) and drawn.labels.shape == (5, slots)
        assert drawn.coords.min() >= 0 and drawn.coords.max() < SIZE
        assert set(drawn.labels.unique().tolist()) <= {"point": {1}, "points": {0, 1}, "box": {2, 3, -1}}[kind]
        assert (drawn.meant.sum(1) == 1).all() or kind == "point"


def test_points_in_front_lie_inside_the_region_meant_and_others_outside() -> None:
    for seed in range(12):
        drawn = draw_prompts(np.random.default_rng(seed), two_halves(), 3, "points", 4)
        assert drawn is not None
        for coords, labels, targets, meant in zip(drawn.coords, drawn.labels, drawn.targets, drawn.meant, strict=True):
            region = targets[int(meant.argmax())]
            x, y = (coords.long() // MASK_STRIDE).T
            assert torch.equal(region[y, x], labels == 1)


def test_a_box_is_about_the_bounds_of_its_region() -> None:
    for seed in range(12):
        drawn = draw_prompts(np.random.default_rng(seed), two_halves(), 3, "box", 2)
        assert drawn is not None
        for corners, targets, meant in zip(drawn.coords, drawn.targets, drawn.meant, strict=True):
            ys, xs = torch.nonzero(targets[int(meant.argmax())], as_tuple=True)
            bounds = torch.stack([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]) * MASK_STRIDE
            assert (corners.flatten() - bounds).abs().max() <= 13


def test_nothing_labelled_gives_no_prompt() -> None:
    empty = np.zeros((4, SIZE, SIZE), np.uint8)
    assert place_in_part(np.random.default_rng(0), mask_grid(empty)) is None
    assert draw_prompts(np.random.default_rng(0), empty, 2) is None


def test_prompts_of_several_frames_stay_in_their_order() -> None:
    frames = [draw_prompts(np.random.default_rng(seed), two_halves(), 2) for seed in (1, 2)]
    joined = Prompts.joined([frame for frame in frames if frame is not None])
    assert joined.coords.shape == (4, 1, 2) and joined.known.shape == (4, 1, 16, 16)
    assert frames[1] is not None and torch.equal(joined.targets[2:], frames[1].targets)


def test_every_kind_is_drawn_with_slots_that_it_can_fill() -> None:
    rng = np.random.default_rng(0)
    drawn = {draw_kind(rng) for _ in range(300)}
    assert {kind for kind, _ in drawn} == set(KINDS)
    assert all(slots == 1 if kind == "point" else slots >= 2 for kind, slots in drawn)


def test_no_mask_says_nothing() -> None:
    assert torch.equal(no_mask(torch.ones(1, 2, 4, 6)), torch.zeros(1, 1, 4, 6))
