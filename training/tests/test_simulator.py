"""The simulator: deterministic, maps consistent with each other, difficulty and seeds as documented."""

import hashlib

import numpy as np
import pytest
from scipy import ndimage

from sam_i_am_models import seeds
from sam_i_am_models.simulate import simulate
from sam_i_am_models.simulate.crystals import KNOWN_CELLS, cell_names, known_cell, near_twin
from sam_i_am_models.simulate.materials import palette
from sam_i_am_models.simulate.micrograph import LEAST_MATERIAL, _slivers

SEEDS = range(40, 60)


@pytest.fixture(scope="module")
def drawn():
    return [simulate(seed, 192) for seed in SEEDS]


def test_same_seed_same_bytes():
    first, second = simulate(3, 160), simulate(3, 160)
    assert np.array_equal(first.maps(), second.maps())
    assert first.metadata == second.metadata
    assert not np.array_equal(first.image, simulate(4, 160).image)


@pytest.mark.parametrize("seed, digest", [(0, "98cd10b4142d956e"), (7, "2d5a29f8294e6a19"), (23, "250f276ab791bf80")])
def test_what_a_seed_means_stays(seed, digest):
    """Data sets are known by their seeds: whoever changes what is drawn, in whatever order, sees it here."""
    assert hashlib.sha256(simulate(seed, 128).maps().tobytes()).hexdigest()[:16] == digest


def test_shapes_and_types(drawn):
    for m in drawn:
        assert m.maps().shape == (5, 192, 192) and m.maps().dtype == np.uint8
        assert m.difficulty in (1, 2, 3)
        assert m.image.max() > m.image.min()


def test_pieces_are_connected_and_of_one_material(drawn):
    for m in drawn:
        for piece in np.unique(m.pieces[m.pieces > 0]):
            mask = m.pieces == piece
            assert ndimage.label(mask)[1] == 1
            assert len(np.unique(m.materials[mask])) == 1 and m.materials[mask][0] > 0


def test_parts_nest_in_pieces_and_pieces_in_groups(drawn):
    for m in drawn:
        for part in np.unique(m.parts[m.parts > 0]):
            assert len(np.unique(m.pieces[m.parts == part])) == 1
        for piece in np.unique(m.pieces[m.pieces > 0]):
            assert len(np.unique(m.groups[m.pieces == piece])) == 1
        assert np.array_equal(m.groups > 0, m.pieces > 0)


def test_single_material_images_exist():
    layouts = [simulate(seed, 64).metadata["layout"] for seed in range(120)]
    assert 4 <= layouts.count("single") <= 30


def test_difficulty_can_be_asked_for():
    assert simulate(1, 96, difficulty=3).difficulty == 3


def test_seed_ranges_are_disjoint():
    ranges = sorted((seeds.TRAIN, seeds.VALIDATION, seeds.TEST, seeds.EXAMPLES), key=lambda r: r.start)
    assert all(a.stop <= b.start for a, b in zip(ranges, ranges[1:]))


@pytest.mark.parametrize("name", KNOWN_CELLS)
def test_cell_tables(name):
    rng = np.random.default_rng(0)
    cell, brightness = known_cell(rng, name, 5.0)
    assert brightness > 0
    for table in (cell.table(), near_twin(rng, cell).table()):
        assert table.mean().item() == pytest.approx(1, abs=1e-3) and table.min() >= 0


def test_a_material_that_shows_less_than_one_crop_is_unlabelled():
    materials = np.ones((1024, 1024), np.uint8)
    materials[:59, :60] = 2
    materials[100:160, :60] = 3
    found = _slivers(materials, LEAST_MATERIAL)
    assert found[:59, :60].all() and found.sum() == 59 * 60


@pytest.mark.parametrize("unseen", [False, True])
def test_a_crystal_that_is_there_already_is_no_second_material(unseen):
    for seed in range(60):
        names = [m.name for m in palette(np.random.default_rng(seed), 6, 1 + seed % 3, 1.0, unseen=unseen)]
        real = [name for name in names if name in cell_names(unseen)]
        assert len(set(real)) == len(real)
