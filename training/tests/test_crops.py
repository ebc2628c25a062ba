"""Crops: square, in [0, 1], labels that the micrograph has, whatever the scale."""

import numpy as np
import pytest
import torch

from sam_i_am_models.crops import batch, cut, degrade, random_crop, resize_image, resize_labels, scale_grey, shading
from sam_i_am_models.dataset import grey_range


class OneFrame:
    """A single micrograph whose maps are made here."""

    def __init__(self, size: int) -> None:
        rng = np.random.default_rng(3)
        self.maps = np.stack([rng.integers(0, 256, (size, size)), *rng.integers(1, 4, (4, size, size))]).astype(
            np.uint8
        )

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> tuple[np.ndarray, int]:
        return self.maps, 2

    def grey_range(self, index: int) -> tuple[float, float]:
        return grey_range(self.maps[0])


@pytest.mark.parametrize("scales", [(0.3, 0.5), (1.0, 1.0), (2.0, 4.0)])
def test_a_crop_is_as_large_as_asked_at_any_scale(scales: tuple[float, float]) -> None:
    for seed in range(6):
        crop = random_crop(np.random.default_rng(seed), OneFrame(96), 32, scales)
        assert crop.image.shape == (1, 32, 32) and crop.labels.shape == (4, 32, 32) and crop.difficulty == 2
        assert crop.image.dtype == torch.float32 and 0 <= crop.image.min() and crop.image.max() <= 1
        assert crop.labels.dtype == torch.uint8 and set(crop.labels.unique().tolist()) <= {1, 2, 3}


def test_a_crop_at_scale_one_is_a_turned_piece_of_the_frame() -> None:
    frame = OneFrame(64)
    image, labels = cut(np.random.default_rng(1), frame.maps, (0.0, 255.0), 64, (1.0, 1.0))
    turned = [np.rot90(frame.maps, k, (1, 2)) for k in range(4)]
    whole = [view for own in turned for view in (own, own[:, :, ::-1])]
    assert any(np.array_equal(labels.numpy(), view[1:]) for view in whole)
    assert any(np.allclose(image.numpy(), view[0] / 255) for view in whole)


def test_the_same_generator_cuts_the_same_crop() -> None:
    first, second = (random_crop(np.random.default_rng(5), OneFrame(64), 32) for _ in range(2))
    assert torch.equal(first.image, second.image) and torch.equal(first.labels, second.labels)


def test_grey_is_stretched_between_its_percentiles() -> None:
    grey = np.linspace(100, 200, 10_000).reshape(100, 100)
    scaled = scale_grey(grey)
    assert scaled.dtype == np.float32 and scaled.min() == 0 and scaled.max() == 1
    assert scaled[50, 0] == pytest.approx(0.5, abs=0.01)
    assert np.array_equal(scale_grey(np.full((8, 8), 7)), np.zeros((8, 8), np.float32))


def test_resizing_keeps_means_of_images_and_numbers_of_labels() -> None:
    image = torch.rand(64, 64)
    assert resize_image(image, 16, 16).mean().item() == pytest.approx(image.mean().item(), abs=0.01)
    labels = torch.tensor([[[1, 7], [9, 200]]], dtype=torch.uint8)
    assert set(resize_labels(labels, 8).unique().tolist()) == {1, 7, 9, 200}


def test_degrading_keeps_the_range_and_shading_is_smooth() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        out = degrade(rng, torch.rand(32, 32))
        assert out.shape == (32, 32) and 0 <= out.min() and out.max() <= 1
        factor = shading(rng, 40, 64)
        assert factor.shape == (40, 64) and factor.min() > 0
        assert factor.diff(dim=0).abs().max() < 0.3 * factor.max()


def test_a_batch_stacks_images_and_labels() -> None:
    images, labels = batch([random_crop(np.random.default_rng(seed), OneFrame(64), 32) for seed in range(3)])
    assert images.shape == (3, 1, 32, 32) and labels.shape == (3, 4, 32, 32)
