"""Training crops: cut, rescaled, turned and degraded from micrographs on disk."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from .dataset import IMAGE, Shards

PERCENTILES = (0.5, 99.5)
CROP_SCALES = (0.5, 1.5)
SHADED_SHARE = 0.3
SHADING = (0.02, 0.12)  # amplitude of its logarithm: more hides that two textures differ in brightness


@dataclass
class Crop:
    """`image` (1, size, size) float in [0, 1]; `labels` (4, size, size) uint8: materials, pieces, parts, groups."""

    image: torch.Tensor
    labels: torch.Tensor
    difficulty: int


def scale_grey(image: np.ndarray) -> np.ndarray:
    """Float32 image, its 0.5 and 99.5 percentiles at 0 and 1, clipped: what every model expects."""
    image = np.asarray(image, np.float32)
    low, high = np.percentile(image, PERCENTILES)
    return np.clip((image - low) / max(float(high - low), 1e-6), 0, 1).astype(np.float32)


def resize_image(image: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Resize (h, w), averaging where it shrinks."""
    return F.interpolate(image[None, None], (height, width), mode="bilinear", antialias=True, align_corners=False)[0, 0]


def resize_labels(labels: torch.Tensor, size: int) -> torch.Tensor:
    """Resize (n, h, w) uint8 labels to (n, size, size) by the nearest pixel."""
    return F.interpolate(labels[None].float(), (size, size), mode="nearest")[0].to(torch.uint8)


def random_crop(rng, shards: Shards, size: int, scales=CROP_SCALES) -> Crop:
    """One crop of `size` pixels whose pixels are those of the micrograph times a random factor in `scales`."""
    maps, difficulty = shards[int(rng.integers(len(shards)))]
    frame = maps.shape[-1]
    side = size if rng.random() < 0.3 else int(np.clip(round(size / rng.uniform(*scales)), 16, frame))
    side = min(side, frame)
    top, left = rng.integers(0, frame - side + 1, 2)
    low, high = np.percentile(maps[IMAGE, ::3, ::3], PERCENTILES)
    cut = np.array(maps[:, top : top + side, left : left + side])
    cut = np.rot90(cut, int(rng.integers(4)), (1, 2))
    cut = cut[:, :, ::-1] if rng.random() < 0.5 else cut
    cut = torch.from_numpy(np.ascontiguousarray(cut))
    image, labels = (cut[IMAGE].float() - float(low)) / max(float(high - low), 1.0), cut[1:]
    if side != size:
        image = resize_image(image, size, size)
        labels = resize_labels(labels, size)
    return Crop(degrade(rng, image.clamp(0, 1))[None], labels, difficulty)


def shading(rng, height: int, width: int) -> torch.Tensor:
    """A smooth factor (height, width) around 1: thickness and detector shading that no material may be read from."""
    knots = torch.from_numpy(rng.standard_normal((1, 1, *rng.integers(2, 4, 2)), dtype=np.float32))
    field = F.interpolate(knots, (height, width), mode="bicubic", align_corners=True)[0, 0]
    return (float(rng.uniform(*SHADING)) * field).exp()


def degrade(rng, image: torch.Tensor) -> torch.Tensor:
    """Random gamma, contrast, offset, shading and noise on a (h, w) image in [0, 1]."""
    if rng.random() < 0.4:
        image = image ** float(rng.uniform(0.6, 1.6))
    if rng.random() < 0.3:
        image = image * float(rng.uniform(0.5, 1.3)) + float(rng.uniform(-0.05, 0.2))
    if rng.random() < SHADED_SHARE:
        image = image * shading(rng, *image.shape)
    if rng.random() < 0.3:
        noise = torch.from_numpy(rng.standard_normal(tuple(image.shape), dtype=np.float32))
        image = image + noise * float(rng.uniform(0, 0.1))
    return image.clamp(0, 1)


def batch(crops: list[Crop]):
    """Images (b, 1, size, size) and labels (b, 4, size, size)."""
    return torch.stack([c.image for c in crops]), torch.stack([c.labels for c in crops])
