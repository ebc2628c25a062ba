"""Random fields and lines that every other part of the simulator draws from.

Decisions come from a NumPy generator, pixel fields are torch tensors of shape (size, size), so that the same
code runs on any device. Lengths are in pixels of the frame that is being drawn.
"""

import math
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor


def pixel_grid(size: int, device: str | torch.device = "cpu") -> tuple[Tensor, Tensor]:
    """Row and column coordinate of every pixel: two (size, size) float tensors."""
    line = torch.arange(size, dtype=torch.float32, device=device)
    yy, xx = torch.meshgrid(line, line, indexing="ij")
    return yy, xx


def white_noise(
    rng: np.random.Generator, shape: torch.Size | tuple[int, int], device: str | torch.device = "cpu"
) -> torch.Tensor:
    """Standard normal noise whose seed comes from `rng`."""
    source = torch.Generator(device=device)
    source.manual_seed(int(rng.integers(2**62)))
    return torch.randn(shape, generator=source, device=device)


def smooth_field(
    rng: np.random.Generator, size: int, cells: int, device: str | torch.device = "cpu", aspect: float = 1.0
) -> torch.Tensor:
    """Smooth random field of zero mean and unit deviation with about `cells` bumps per side.

    `aspect` > 1 stretches the bumps vertically.
    """
    rows = max(2, round(cells / aspect))
    knots = torch.from_numpy(rng.standard_normal((1, 1, rows + 3, cells + 3)).astype(np.float32))
    margin_y, margin_x = round(size / rows), round(size / cells)
    field = F.interpolate(
        knots.to(device), (size + 2 * margin_y, size + 2 * margin_x), mode="bicubic", align_corners=False
    )
    field = field[0, 0, margin_y : margin_y + size, margin_x : margin_x + size]
    return (field - field.mean()) / (field.std() + 1e-6)


def smooth_line(rng: np.random.Generator, length: int, cells: int) -> np.ndarray:
    """Smooth random line of zero mean and unit deviation."""
    knots = rng.standard_normal(cells + 4)
    position = np.linspace(1, cells + 2, length)
    index = position.astype(int)
    t = position - index
    t = t * t * (3 - 2 * t)
    line = knots[index] * (1 - t) + knots[index + 1] * t
    return (line - line.mean()) / (line.std() + 1e-6)


def rough_line(rng: np.random.Generator, length: int) -> np.ndarray:
    """Sum of smooth lines over several octaves: the outline of a rough interface, of order one."""
    octaves = ((3, 1.0), (8, 0.5), (24, 0.25), (80, 0.12))
    parts: Any = sum(weight * rng.random() * smooth_line(rng, length, cells) for cells, weight in octaves)
    return parts


def stepped_line(rng: np.random.Generator, length: int) -> np.ndarray:
    """Piecewise constant line of order one: atomic terraces."""
    steps = rng.integers(2, 9)
    edges = np.sort(rng.random(steps))
    heights = np.cumsum(rng.choice([-1.0, 1.0], steps + 1))
    return heights[np.searchsorted(edges, np.linspace(0, 1, length))] / max(1, steps / 3)


def blur(field: torch.Tensor, sigma: float) -> torch.Tensor:
    """Gaussian blur of a (h, w) field, edges replicated. A sigma below 0.2 px returns the field itself."""
    if sigma < 0.2:
        return field
    radius = max(1, math.ceil(2.5 * sigma))
    taps = torch.arange(-radius, radius + 1, dtype=torch.float32, device=field.device)
    kernel = torch.exp(-0.5 * (taps / sigma) ** 2)
    kernel = (kernel / kernel.sum()).view(1, 1, -1, 1)
    padded = F.pad(field[None, None], (radius,) * 4, mode="replicate")
    return F.conv2d(F.conv2d(padded, kernel), kernel.transpose(2, 3))[0, 0]


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """Random number between `low` and `high`, uniform in its logarithm."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
