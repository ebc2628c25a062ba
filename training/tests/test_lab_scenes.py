"""Scenes of the broad simulator: shapes, determinism, shares of the materials, and truth that agrees with the picture."""

import numpy as np
import pytest
from scipy import ndimage

from sam_i_am_models.simulate import maps
from sam_i_am_models.simulate.lab import cells, cracks, networks, relief, supports, voids
from sam_i_am_models.simulate.lab.develop import develop

SIZE = 192
SCENES = {
    "supports": supports.draw,
    "networks": networks.draw,
    **{f"networks: {name}": function for name, (function, _) in networks.SCENES.items()},
    **{f"cracks: {name}": function for name, (function, _) in cracks.SCENES.items()},
    **{f"relief: {name}": function for name, (function, _) in relief.SCENES.items()},
}


def _draw(name, seed, size=SIZE):
    return SCENES[name](np.random.default_rng([seed, 7]), size)


@pytest.fixture(scope="module")
def fields():
    return {name: [_draw(name, seed) for seed in range(10)] for name in SCENES}


@pytest.mark.parametrize("name", SCENES)
def test_a_field_has_the_right_shapes_and_is_finite(fields, name):
    for field in fields[name]:
        assert field.intensity.shape == field.materials.shape == (SIZE, SIZE)
        assert field.intensity.dtype == np.float32 and np.isfinite(field.intensity).all()
        assert field.seen_as is None or field.seen_as.shape == (SIZE, SIZE)
        assert field.materials.max() <= 7


@pytest.mark.parametrize("name", SCENES)
def test_the_same_seed_draws_the_same_scene(name):
    first, second = _draw(name, 3), _draw(name, 3)
    assert np.array_equal(first.intensity, second.intensity) and np.array_equal(first.materials, second.materials)


@pytest.mark.parametrize("name", SCENES)
def test_most_of_a_scene_is_labelled_with_two_materials_or_more(fields, name):
    counts = [len(np.unique(field.materials[field.materials > 0])) for field in fields[name]]
    assert np.mean(counts) >= 1.8
    assert np.mean([(field.materials > 0).mean() for field in fields[name]]) > 0.8


@pytest.mark.parametrize("name", SCENES)
def test_touching_materials_differ_in_the_picture(fields, name):
    """Materials that nobody could tell apart must not be told apart by the truth: their greys differ, or their textures do."""
    apart = []
    for field in fields[name]:
        greys = [field.intensity[field.materials == number] for number in np.unique(field.materials[field.materials > 0])]
        means = np.array([grey.mean() for grey in greys])
        apart += list(np.abs(np.diff(np.sort(means))) / max(field.intensity.std(), 1e-6))
    assert np.median(apart) > 0.25


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_is_developed_into_maps(name):
    micrograph = develop(np.random.default_rng(1), _draw(name, 5), {"kind": name})
    assert micrograph.maps().shape == (5, SIZE, SIZE)
    assert micrograph.pieces.max() >= 1 and (micrograph.pieces > 0).sum() <= (micrograph.materials > 0).sum()


def test_particles_lie_mostly_on_their_support_and_are_many(fields):
    counts = [field.metadata["particles"] for field in fields["supports"]]
    assert max(counts) > 30
    for field in fields["supports"]:
        assert 0.001 < (field.materials >= 3).mean() < 0.6


def test_pieces_are_numbered_by_material_and_falling_area():
    labels = np.array([[1, 1, 0, 2], [0, 1, 0, 2], [2, 0, 1, 0], [2, 2, 0, 1]], np.uint8)
    assert maps.connected_pieces(labels, 1).tolist() == [[1, 1, 0, 5], [0, 1, 0, 5], [4, 0, 2, 0], [4, 4, 0, 3]]
    assert maps.connected_pieces(labels, 3).tolist() == [[1, 1, 0, 0], [0, 1, 0, 0], [2, 0, 0, 0], [2, 2, 0, 0]]


def test_walls_are_as_wide_as_asked_and_corners_stay_round():
    sharp, rounded = (
        cells.draw_cells(np.random.default_rng(4), 256, cells.Pattern(60, 0.3, rounding=radius)) for radius in (0.0, 12.0)
    )
    straight = (sharp.wall < 4) & (rounded.wall < 4)
    assert straight.sum() > 0.9 * (sharp.wall < 4).sum()
    assert 0.05 < (sharp.wall < 4).mean() < (rounded.wall < 4).mean() < 0.4


def test_a_crack_is_about_as_wide_as_asked():
    for width in (6, 14):
        mask = voids.crack_mask(np.random.default_rng(2), 512, width, 3, 0.0)
        assert 0.35 * width < 2 * voids.depth_inside(mask).max() < 3 * width


def test_pores_cover_the_share_asked_for():
    for aspect in (1.0, 4.0):
        assert abs(voids.pore_mask(np.random.default_rng(2), 256, 8, 0.2, aspect, 30).mean() - 0.2) < 0.03


def test_edges_of_what_sticks_out_are_bright_and_flat_ground_keeps_its_tone():
    height = np.zeros((128, 128), np.float32)
    height[40:88, 40:88] = 8
    for seed in range(6):
        lit = relief.lit(np.random.default_rng(seed), height, np.full_like(height, 0.5), 1.5)
        edge = np.concatenate([lit[40, 50:78], lit[87, 50:78], lit[50:78, 40], lit[50:78, 87]])
        assert edge.mean() > lit[5:20, 5:20].mean() and abs(lit[5:20, 5:20].mean() - 0.5) < 0.02


def test_labelled_particles_stand_out_from_what_is_around_them():
    right = []
    for seed in range(8):
        field = _draw("supports", seed, 384)
        sign = 1 if field.mode == "haadf" else -1
        numbers = np.where(field.materials == 3, field.seen_as, 0)
        for number, box in enumerate(ndimage.find_objects(numbers), 1):
            if box is None:
                continue
            box = tuple(slice(max(0, part.start - 4), part.stop + 4) for part in box)
            inside = numbers[box] == number
            around = ndimage.binary_dilation(inside, iterations=3) & ~ndimage.binary_dilation(inside) & (field.materials[box] < 3)
            if inside.sum() > 12 and around.sum() > 12:
                right.append(sign * (np.median(field.intensity[box][inside]) - np.median(field.intensity[box][around])) > 0)
    assert len(right) > 100 and np.mean(right) > 0.93
