"""The broad simulator: the same seed gives the same bytes, maps agree with each other, and every kind shows what it is for."""

import numpy as np
import pytest
from scipy import ndimage

from sam_i_am_models import dataset
from sam_i_am_models.simulate import simulate
from sam_i_am_models.simulate.lab import (
    coherent,
    crystals,
    develop,
    hrtem,
    lattice,
    shapes,
    simulate_lab,
    simulate_mixed,
    slopes,
    structures,
    textures,
)
from sam_i_am_models.simulate.lab.field import Field
from sam_i_am_models.simulate.lab.kinds import KINDS, draw_kind

SIZE = 192


@pytest.fixture(scope="module")
def drawn():
    return {kind: [simulate_lab(seed, SIZE, kind) for seed in (1, 2)] for kind in KINDS}


def test_same_seed_same_bytes_other_seed_others():
    first, second = simulate_lab(5, 128), simulate_lab(5, 128)
    assert np.array_equal(first.maps(), second.maps()) and first.metadata == second.metadata
    assert not np.array_equal(first.image, simulate_lab(6, 128).image)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_gives_consistent_maps(drawn, kind):
    for m in drawn[kind]:
        assert m.maps().shape == (5, SIZE, SIZE) and m.maps().dtype == np.uint8
        assert m.metadata["kind"] == kind and m.difficulty in (1, 2, 3)
        assert m.image.std() > 0
        for part in np.unique(m.parts[m.parts > 0]):
            assert len(np.unique(m.pieces[m.parts == part])) == 1
        for piece in np.unique(m.pieces[m.pieces > 0]):
            assert len(np.unique(m.materials[m.pieces == piece])) == 1 and len(np.unique(m.groups[m.pieces == piece])) == 1
        assert not (m.parts[m.pieces == 0]).any() and not m.pieces[m.materials == 0].any()


def test_the_mixture_holds_both_simulators():
    kinds = [dataset.kind_of(simulate_mixed(seed, 64, 0.5)) for seed in range(24)]
    assert 4 <= kinds.count("old") <= 20
    old = next(seed for seed, kind in enumerate(kinds) if kind == "old")
    assert np.array_equal(simulate_mixed(old, 64, 0.5).maps(), simulate(old, 64).maps())


def test_every_kind_is_drawn_by_its_share():
    rng = np.random.default_rng(0)
    names = [draw_kind(rng) for _ in range(2000)]
    total = sum(share for _, share in KINDS.values())
    for name, (_, share) in KINDS.items():
        assert abs(names.count(name) / 2000 - share / total) < 0.04


def test_shards_know_the_kind_of_each_micrograph(tmp_path):
    dataset.generate(tmp_path, 3, 4, size=64, workers=1, shard=2, lab=1.0)
    shards = dataset.Shards(tmp_path)
    assert len(shards.kinds) == 4 and set(shards.kinds) <= set(KINDS)


def test_shading_is_smooth_and_centred():
    for seed in range(5):
        factor = develop.shading(np.random.default_rng(seed), 128, 0.2)
        assert abs(float(np.log(factor).mean())) < 0.2
        assert np.abs(np.diff(np.log(factor), axis=0)).max() < 0.2 * 20 / 128


def test_small_materials_and_crumbs_are_unlabelled():
    materials = np.ones((256, 256), np.uint8)
    materials[10:12, 10:12] = 2
    materials[100:140, 100:140] = 3
    numbers, pieces, parts, _ = develop.maps_of(Field(materials.astype(np.float32), materials))
    assert set(np.unique(numbers)) == {0, 1, 3} and len(np.unique(pieces)) == 3
    assert np.array_equal(pieces, parts)


def test_a_visible_cut_parts_a_piece():
    materials, seen = np.ones((128, 128), np.uint8), np.zeros((128, 128), int)
    seen[:, 64:] = 7
    _, pieces, parts, _ = develop.maps_of(Field(np.ones((128, 128), np.float32), materials, seen))
    assert len(np.unique(pieces)) == 1 and len(np.unique(parts)) == 2


def test_structures_are_real_cells_by_the_hundred():
    found = structures.structures()
    assert len(found) > 300
    strontium_titanate = next(i for i, s in enumerate(found) if s["name"] == "SrTiO3")
    first = structures.projections(strontium_titanate)[0]
    assert first.name.endswith("[001]") and first.area == pytest.approx(3.905**2, rel=1e-3)
    heavy = sorted(max(numbers) for *_, numbers in first.columns)
    assert heavy[-2:] == [22, 38] and len(first.columns) == 4


def test_projected_cells_are_reduced_and_keep_their_atoms():
    rng = np.random.default_rng(1)
    for _ in range(12):
        p = structures.draw_projection(rng)
        a, b = p.basis
        assert np.linalg.det(p.basis) > 0 and abs(a @ b) <= 0.5001 * min(a @ a, b @ b)
        assert all(0 <= u < 1 and 0 <= v < 1 for u, v, _ in p.columns)


def test_a_table_repeats_along_its_lattice():
    basis = np.array([[12.0, 0.0], [0.0, 16.0]])
    drawn = lattice.table([(0.25, 0.5, ())], [1.0], basis, 2.0)
    assert drawn.mean() == pytest.approx(1, abs=1e-4)
    y, x = np.meshgrid(np.arange(64, dtype=np.float32), np.arange(64, dtype=np.float32), indexing="ij")
    picture = lattice.Coordinates(y, x, basis).pattern(drawn[None])
    assert np.allclose(picture[:, 12:], picture[:, :-12], atol=0.2) and np.allclose(picture[16:], picture[:-16], atol=0.2)
    assert np.unravel_index(picture[:16, :12].argmax(), (16, 12)) == (8, 3)


def test_outlines_run_along_unit_cells():
    basis, rng = np.array([[8.0, 0.0], [0.0, 8.0]]), np.random.default_rng(0)
    y, x = np.meshgrid(np.arange(128, dtype=np.float32), np.arange(128, dtype=np.float32), indexing="ij")
    regions = (y + 0.3 * x > 80).astype(np.int32)
    stepped = lattice.Coordinates(y, x, basis).by_cells(rng, regions, 0.0, (0.0, 0.0))
    cells = stepped.reshape(16, 8, 16, 8)
    assert (cells.min((1, 3)) == cells.max((1, 3))).all()
    assert (stepped != regions).mean() < 0.05


def test_layers_of_a_stack_are_in_order_and_as_thick_as_asked():
    regions = shapes.stack(np.random.default_rng(2), 200, np.array([60.0, 30.0, 110.0]), 0.0, 0.0, 0.0)
    assert (np.diff(regions, axis=0) >= 0).all()
    assert abs((regions == 1).sum(0).mean() - 30) < 2


def test_coherent_materials_share_one_lattice_and_differ_by_a_step():
    steps = [coherent.draw(np.random.default_rng(seed), SIZE).metadata["step"] for seed in range(8)]
    assert all(0.015 <= step <= 0.31 for step in steps)


def test_one_crystal_is_one_material_however_it_is_cut():
    for seed in range(12):
        field = crystals.draw_single(np.random.default_rng(seed), SIZE)
        assert field.materials.max() <= (2 if field.metadata["layout"] == "edge" else 1)


def test_a_film_is_unlabelled_on_its_slope():
    fields = [slopes.draw(np.random.default_rng(seed), SIZE) for seed in range(6)]
    assert sum((f.materials == 0).any() for f in fields) >= 3
    for f in fields:
        touching = ndimage.binary_dilation(f.materials == 1) & (f.materials == 2)
        assert touching.mean() < 0.02


def test_phase_contrast_has_no_mean_and_rings_at_an_edge():
    phase = np.zeros((128, 128), np.float32)
    phase[:, 64:] = 1.0
    contrast = hrtem.transfer(phase, 40.0, 3.0)
    assert abs(float(contrast[:, 20:40].std())) < float(contrast[:, 56:72].std()) / 3


@pytest.mark.parametrize("texture", [lambda r: textures.grainy(r, 96, 0.1, 2.0), lambda r: textures.columnar(r, 96, 0.1, 8, 0), lambda r: textures.granular(r, 96, 0.1, 12), lambda r: textures.cloudy(r, 96, 0.1)])
def test_textures_are_relative(texture):
    drawn = texture(np.random.default_rng(3))
    assert drawn.shape == (96, 96) and drawn.mean() == pytest.approx(1, abs=0.12) and 0.02 < drawn.std() < 0.4
