"""What each module of the first simulator promises: fields, layouts, maps, defects, materials and imaging."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from sam_i_am_models.simulate import defects, fields, imaging, layouts, maps, materials
from sam_i_am_models.simulate.defects import Part


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("cells", [2, 7, 20])
def test_smooth_fields_and_lines_have_no_mean_and_unit_deviation(cells: int) -> None:
    field = fields.smooth_field(generator(), 96, cells)
    assert abs(field.mean().item()) < 1e-4 and field.std().item() == pytest.approx(1, abs=1e-3)
    line = fields.smooth_line(generator(), 200, cells)
    assert abs(line.mean()) < 1e-6 and line.std() == pytest.approx(1, abs=1e-3)
    assert np.abs(np.diff(line)).max() < 0.1 * cells


def test_blur_keeps_the_mean_inside_and_small_widths_change_nothing() -> None:
    field = torch.zeros(64, 64)
    field[32, 32] = 1
    blurred = fields.blur(field, 3.0)
    assert blurred.sum().item() == pytest.approx(1, abs=1e-3) and blurred.argmax() == 32 * 64 + 32
    assert fields.blur(field, 0.1) is field


def test_log_uniform_lies_between_its_bounds_and_in_the_middle_on_a_logarithmic_axis() -> None:
    rng = generator()
    drawn = [fields.log_uniform(rng, 1, 100) for _ in range(2000)]
    assert 1 <= min(drawn) and max(drawn) <= 100 and np.median(drawn) == pytest.approx(10, rel=0.2)


@pytest.mark.parametrize("name", layouts.LAYOUTS)
def test_layouts_number_their_regions_and_materials(name: str) -> None:
    for seed in range(6):
        regions = layouts.LAYOUTS[name][0](generator(seed), 96, 1 + seed % 3)
        assert regions.shape == (96, 96) and regions.min() >= 0
        of_region = layouts.assign_materials(generator(seed), regions, name, min(3, int(regions.max()) + 1))
        assert len(of_region) == regions.max() + 1 and of_region.min() >= 0 and of_region.max() < 3
        if name == "layers":
            assert (of_region[1:] != of_region[:-1]).all() or len(np.unique(of_region)) == 1


def test_breadth_is_the_largest_circle_and_dissolving_gives_to_the_nearest() -> None:
    regions = np.zeros((128, 128), np.int32)
    regions[:, 48:80] = 1
    regions[:, 80:] = 2
    assert layouts.breadths(regions)[1] == pytest.approx(32, abs=8)
    left = layouts.dissolve(regions, np.array([False, True, False]))
    assert set(np.unique(left)) == {0, 2} and (left[:, :60] == 0).all() and (left[:, 70:] == 2).all()
    assert layouts.dissolve(regions, np.array([True, True, True])) is regions


def test_pieces_are_connected_large_enough_and_numbered_by_material_and_area() -> None:
    labels = np.zeros((64, 64), np.int32)
    labels[:10, :10], labels[20:50, :10], labels[:20, 30:50], labels[60:62, 60:62] = 1, 1, 2, 2
    pieces = maps.connected_pieces(labels, 16)
    assert pieces[30, 5] == 1 and pieces[5, 5] == 2 and pieces[5, 40] == 3 and pieces[61, 61] == 0
    for number in (1, 2, 3):
        assert ndimage.label(pieces == number)[1] == 1


def test_a_host_and_what_it_encloses_are_one_group_and_unlike_neighbours_are_not() -> None:
    materials_ = np.ones((48, 48), np.uint8)
    materials_[:, 24:], materials_[8:14, 8:14] = 2, 3
    pieces = maps.connected_pieces(materials_, 4)
    unlike = maps.touching_groups(pieces, materials_, lambda a, b: False, 2)
    assert unlike[10, 10] == unlike[0, 0] != unlike[0, 40]
    alike = maps.touching_groups(pieces, materials_, lambda a, b: {a, b} == {1, 2}, 2)
    assert len(np.unique(alike)) == 1


def test_every_pixel_belongs_to_a_part_of_the_material_of_its_region() -> None:
    for seed in range(10):
        regions = layouts.layers(generator(seed), 96, 1)
        of_region = np.arange(regions.max() + 1) % 2
        built = defects.build(generator(seed), regions, of_region, [0.0] * len(of_region), [True, True])
        of_part = np.array([part.material for part in built.parts])
        assert np.array_equal(of_part[built.part_map], of_region[regions])
        assert len(built.seen_as) == len(built.parts) and max(built.seen_as) < len(built.parts)
        for mask, factor in built.seams:
            assert mask.shape == regions.shape and factor > 0


def test_coherent_lattices_are_in_phase_and_others_are_not() -> None:
    regions = np.repeat(np.arange(3), 32)[:, None].repeat(96, 1).astype(np.int32)
    for coherent in (True, False):
        built = defects.build(generator(1), regions, np.arange(3), [0.0] * 3, [True] * 3, coherent)
        assert (len({part.phase for part in built.parts[:3]}) == 1) == coherent


def test_fractional_coordinates_advance_by_one_in_a_unit_cell() -> None:
    y, x = fields.pixel_grid(32)
    basis = np.array([[8.0, 0.0], [0.0, 4.0]])
    u, v = defects.fractional(Part(0, 0.0, (0.0, 0.0)), np.linalg.inv(basis), y, x)
    assert torch.allclose(u[:, 8:] - u[:, :-8], torch.tensor(1.0), atol=1e-4)
    assert torch.allclose(v[4:] - v[:-4], torch.tensor(1.0), atol=1e-4)


@pytest.mark.parametrize("sem", [False, True])
def test_a_palette_has_as_many_materials_as_asked_and_twins_of_their_kind(sem: bool) -> None:
    for seed in range(20):
        drawn = materials.palette(generator(seed), 4, 1 + seed % 3, 1.0, sem)
        assert len(drawn) == 4
        assert not sem or all(m.kind != "crystal" for m in drawn)
        for m in drawn:
            assert (m.kind == "crystal") == (m.cell is not None)
            assert m.twin_of is None or drawn[m.twin_of].kind == m.kind


def test_a_finer_lattice_has_a_smaller_cell_and_the_same_table() -> None:
    rng = generator()
    found = next(m for m in materials.palette(rng, 6, 1, 1.0) if m.cell is not None)
    finer = found.sampled(2.0)
    assert finer.cell is not None and found.cell is not None
    assert finer.cell.period == pytest.approx(found.cell.period / 2) and finer.table is found.table
    assert found.sampled(1.0) is found


def test_doses_of_tests_are_never_drawn_in_training() -> None:
    rng = generator()
    for low, high in imaging.DOSE.values():
        assert not any(imaging.is_unseen_dose(imaging.draw_dose(rng, low, high, False)) for _ in range(50))
        assert all(imaging.is_unseen_dose(imaging.draw_dose(rng, low, high, True)) for _ in range(50))


def test_more_electrons_leave_less_noise() -> None:
    flat = torch.ones(64, 64)
    deviations = [
        np.median([imaging.detect(generator(s), flat, 2, 1.0, dose)[0].std().item() for s in range(9)])
        for dose in (5, 500)
    ]
    assert deviations[1] < deviations[0] / 3


def test_stored_greys_use_the_range_and_keep_their_order() -> None:
    signal = torch.linspace(0.2, 3.0, 64 * 64).reshape(64, 64)
    for seed in range(10):
        stored = imaging.store(generator(seed), signal)
        assert stored.dtype == np.uint8 and stored.min() == 0 and stored.max() >= 120
        assert (np.diff(stored.ravel().astype(int)) >= 0).all()


def test_a_scan_drifts_little_and_runs_along_its_rows() -> None:
    for seed in range(6):
        y, x = imaging.scan_coordinates(generator(seed), 64)
        assert x.shape == y.shape == (64, 64)
        assert (x[:, 1:] - x[:, :-1]).min() > 0 and (y[1:] - y[:-1]).min() > 0
