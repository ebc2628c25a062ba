"""Crops of true pieces: where they lie, what is kept on disk, and what a training step gets."""

import numpy as np
import torch

from sam_i_am_models import piece_crops
from sam_i_am_models.architectures.texture_encoder import CROP
from sam_i_am_models.measures import cluster, majority, regions_right
from sam_i_am_models.piece_crops import LEAST_CROPS, LEAST_INSIDE, Pieces, draw_pieces, pieces_in_crops, region_crops
from sam_i_am_models.simulate import Micrograph, simulate


def _halves(size=256):
    """A dark and a bright half, and a piece of the bright material that no crop fits into."""
    image = np.zeros((size, size), np.uint8)
    image[:, size // 2 :] = 200
    materials = np.where(image > 0, 2, 1).astype(np.uint8)
    pieces = materials.copy()
    pieces[:8, -8:] = 3
    return Micrograph(image, materials, pieces, pieces, pieces, 1)


def test_crops_lie_in_their_piece():
    mask = np.zeros((200, 200), bool)
    mask[30:150, 40:160] = True
    crops = region_crops(np.random.default_rng(0), mask.astype(np.float32), mask, 12)
    assert crops.shape == (12, 1, CROP, CROP)
    assert crops.mean((1, 2, 3)).min() >= LEAST_INSIDE


def test_a_narrow_piece_gives_no_crops():
    mask = np.zeros((200, 200), bool)
    mask[:, 90:110] = True
    assert len(region_crops(np.random.default_rng(0), mask.astype(np.float32), mask, 5)) == 0


def test_pieces_come_with_their_material_and_without_those_that_are_too_small():
    found = list(pieces_in_crops(np.random.default_rng(0), _halves(), 6))
    assert [material for material, _ in found] == [1, 2]
    assert found[0][1].mean() < 0.3 and found[1][1].mean() > 0.7
    assert len(list(pieces_in_crops(np.random.default_rng(0), _halves(), 6, most=1))) <= 1


def test_what_is_read_is_what_the_simulator_drew(pieces):
    read = piece_crops.read(pieces)
    drawn = [list(pieces_in_crops(np.random.default_rng(seed), simulate(seed, 256), piece_crops.CROPS_PER_PIECE, piece_crops.PIECES)) for seed in range(10, 16)]
    drawn = [found for found in drawn if len({material for material, _ in found}) > 1]
    assert drawn and len(read) == len(drawn)
    for known, found in zip(read, drawn):
        assert np.array_equal(known.materials, np.repeat([m for m, _ in found], [len(c) for _, c in found]))
        assert np.array_equal(np.unique(known.pieces, return_counts=True)[1], [len(c) for _, c in found])
        assert np.abs(known.crops / 255 - np.concatenate([c[:, 0] for _, c in found])).max() <= 0.5 / 255 + 1e-6


def test_finished_shards_are_kept(pieces):
    before = {path: path.stat().st_mtime_ns for path in pieces.iterdir()}
    piece_crops.write(pieces, count=6, first=10, size=256, workers=1)
    assert before == {path: path.stat().st_mtime_ns for path in pieces.iterdir()}


def test_a_step_gets_as_many_crops_of_each_material_and_every_piece_is_as_likely():
    crops = np.zeros((52, CROP, CROP), np.uint8)
    crops[40:50], crops[50:] = 100, 255
    known = Pieces(crops, np.array([1] * 50 + [2] * 2), np.array([1] * 40 + [2] * 10 + [3] * 2))
    drawn, materials = zip(*(draw_pieces(np.random.default_rng(seed), known, 8) for seed in range(40)))
    assert all(np.bincount(each.numpy()).tolist() == [0, 8, 8] for each in materials)
    of_first = torch.cat([each[own == 1] for each, own in zip(drawn, materials)]).mean((1, 2))
    assert 0.35 < (of_first > 0.2).float().mean() < 0.7
    assert drawn[0].min() >= 0 and drawn[0].max() <= 1


def test_the_figure_counts_pieces_that_come_to_their_material():
    found = list(pieces_in_crops(np.random.default_rng(0), _halves(), 6))
    means = np.concatenate([crops.mean((2, 3)) for _, crops in found])
    owners = np.repeat([0, 1], [len(crops) for _, crops in found])
    assert regions_right(majority(cluster(means, 2), owners), {0: 1, 1: 2}) == 1
    assert LEAST_CROPS <= 6
