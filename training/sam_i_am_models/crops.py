"""Training crops: cut, rescaled, turned and degraded from micrographs on disk."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .dataset import GREY_PERCENTILES, IMAGE
from .simulate.fields import white_noise

CROP_SCALES = (0.5, 1.5)
SHADED_SHARE = 0.3
SHADING = (0.02, 0.12)  # amplitude of its logarithm: more hides that two textures differ in brightness


class Frames(Protocol):
    """Micrographs by number, wherever they lie: `Shards` on a disk, `ResidentShards` on a GPU."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> tuple[Any, int]: ...

    def grey_range(self, index: int) -> tuple[float, float]: ...


@dataclass
class Crop:
    """`image` (1, size, size) float in [0, 1]; `labels` (4, size, size) uint8: materials, pieces, parts, groups."""

    image: torch.Tensor
    labels: torch.Tensor
    difficulty: int


def scale_grey(image: np.ndarray) -> np.ndarray:
    """Float32 image, its 0.5 and 99.5 percentiles at 0 and 1, clipped: what every model expects."""
    image = np.asarray(image, np.float32)
    low, high = np.percentile(image, GREY_PERCENTILES)
    return np.clip((image - low) / max(float(high - low), 1e-6), 0, 1).astype(np.float32)


def resize_image(image: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Resize (h, w), averaging where it shrinks."""
    return F.interpolate(image[None, None], (height, width), mode="bilinear", antialias=True, align_corners=False)[0, 0]


def resize_labels(labels: torch.Tensor, size: int) -> torch.Tensor:
    """Resize (n, h, w) uint8 labels to (n, size, size) by the nearest pixel."""
    return F.interpolate(labels[None].float(), (size, size), mode="nearest")[0].to(torch.uint8)


def random_crop(rng: np.random.Generator, shards: Frames, size: int, scales: tuple[float, float] = CROP_SCALES) -> Crop:
    """One crop of `size` pixels whose pixels are those of the micrograph times a random factor in `scales`."""
    index = int(rng.integers(len(shards)))
    maps, difficulty = shards[index]
    image, labels = cut(rng, maps, shards.grey_range(index), size, scales)
    return Crop(degrade(rng, image)[None], labels, difficulty)


def cut(
    rng: np.random.Generator,
    maps: np.ndarray | Tensor,
    grey_range: tuple[float, float],
    size: int,
    scales: tuple[float, float],
) -> tuple[torch.Tensor, torch.Tensor]:
    """Image (size, size) float in [0, 1] and labels (4, size, size) of a random crop, turned or mirrored, of maps (5,
    h, h) on any device.
    """
    frame = maps.shape[-1]
    side = size if rng.random() < 0.3 else int(np.clip(round(size / rng.uniform(*scales)), 16, frame))
    side = min(side, frame)
    top, left = rng.integers(0, frame - side + 1, 2)
    own = maps[:, top : top + side, left : left + side]
    own = torch.rot90(own if torch.is_tensor(own) else torch.from_numpy(np.array(own)), int(rng.integers(4)), (1, 2))
    own = (own.flip(2) if rng.random() < 0.5 else own).contiguous()
    low, high = grey_range
    image, labels = (own[IMAGE].float() - low) / max(high - low, 1.0), own[1:]
    if side != size:
        image = resize_image(image, size, size)
        labels = resize_labels(labels, size)
    return image.clamp(0, 1), labels


def shading(rng: np.random.Generator, height: int, width: int, device: str | torch.device = "cpu") -> torch.Tensor:
    """A smooth factor (height, width) around 1: thickness and detector shading that no material may be read from."""
    knots = torch.from_numpy(rng.standard_normal((1, 1, *rng.integers(2, 4, 2)), dtype=np.float32))
    field = F.interpolate(knots.to(device), (height, width), mode="bicubic", align_corners=True)[0, 0]
    return (float(rng.uniform(*SHADING)) * field).exp()


def degrade(rng: np.random.Generator, image: torch.Tensor) -> torch.Tensor:
    """Random gamma, contrast, offset, shading and noise on a (h, w) image in [0, 1]."""
    if rng.random() < 0.4:
        image = image ** float(rng.uniform(0.6, 1.6))
    if rng.random() < 0.3:
        image = image * float(rng.uniform(0.5, 1.3)) + float(rng.uniform(-0.05, 0.2))
    if rng.random() < SHADED_SHARE:
        image = image * shading(rng, image.shape[0], image.shape[1], image.device)
    if rng.random() < 0.3:
        image = image + white_noise(rng, image.shape, image.device) * float(rng.uniform(0, 0.1))
    return image.clamp(0, 1)


def batch(crops: list[Crop]) -> tuple[Tensor, Tensor]:
    """Images (b, 1, size, size) and labels (b, 4, size, size)."""
    return torch.stack([c.image for c in crops]), torch.stack([c.labels for c in crops])
