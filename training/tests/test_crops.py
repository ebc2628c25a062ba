"""Training crops: image and labels stay together, whatever is done to them."""

import numpy as np
import pytest
import torch

from sam_i_am_models.crops import cut, degrade, resize_labels, scale_grey, shading

SIDE = 96


def maps_of(seed: int) -> np.ndarray:
    """(5, SIDE, SIDE): the image shows its own labels, so that it tells whether they are at the same place."""
    labels = np.kron(np.random.default_rng(seed).integers(1, 5, (6, 6)), np.ones((SIDE // 6, SIDE // 6))).astype(np.uint8)
    return np.stack([50 * labels, labels, labels, labels, labels])


@pytest.mark.parametrize("seed", range(12))
def test_labels_follow_the_image_when_it_is_cut_turned_and_rescaled(seed):
    rng = np.random.default_rng(seed)
    image, labels = cut(rng, maps_of(seed), (0.0, 255.0), 48, (0.5, 1.5))
    assert image.shape == (48, 48) and labels.shape == (4, 48, 48) and labels.dtype == torch.uint8
    shown = (image * 255 / 50).round()
    # Where it was rescaled, an edge is blurred over a pixel or two.
    assert (shown == labels[0]).float().mean() > 0.75
    assert torch.equal(labels[0], labels[3])


def test_the_same_random_numbers_cut_the_same_crop():
    first, second = (cut(np.random.default_rng(5), maps_of(1), (0.0, 255.0), 32, (0.5, 1.5)) for _ in range(2))
    assert torch.equal(first[0], second[0]) and torch.equal(first[1], second[1])


def test_grey_is_scaled_between_its_percentiles_whatever_its_unit():
    values = np.random.default_rng(1).normal(size=(64, 64))
    scaled = scale_grey(values)
    assert scaled.dtype == np.float32 and scaled.min() == 0 and scaled.max() == 1
    assert np.allclose(scale_grey(3000 * values - 7), scaled, atol=1e-5)
    assert not scale_grey(np.full((8, 8), 7.0)).any()


def test_labels_are_never_mixed():
    labels = torch.from_numpy(maps_of(2)[1:])
    for size in (31, 96, 150):
        assert set(resize_labels(labels, size).unique().tolist()) <= set(labels.unique().tolist())


def test_shading_is_smooth_and_around_one():
    field = shading(np.random.default_rng(3), 64, 80)
    assert field.shape == (64, 80) and 0.5 < field.min() < 1 < field.max() < 2
    assert field.diff(dim=0).abs().max() < 0.05


@pytest.mark.parametrize("seed", range(8))
def test_degraded_images_stay_in_range_and_keep_their_shape(seed):
    image = torch.rand(40, 56, generator=torch.Generator().manual_seed(seed))
    degraded = degrade(np.random.default_rng(seed), image)
    assert degraded.shape == image.shape and degraded.min() >= 0 and degraded.max() <= 1 and degraded.isfinite().all()
