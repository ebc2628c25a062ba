"""The paper's choice for crops: a small residual network whose features are pooled by their fractal geometry (after
FENet).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .texture_encoder import TextureEncoder

SCALES = (1, 2, 4, 8)


def slope(values: torch.Tensor, sizes: tuple[int, ...]) -> torch.Tensor:
    """Least-squares slope of log `values` (n, ...) over log `sizes` (n), the dimension that a power law has."""
    x = torch.tensor(sizes, dtype=values.dtype).log()
    x = (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    return torch.einsum("n...,n->...", values.clamp(min=1e-6).log(), x)


class FractalPooling(nn.Module):
    """(b, c, h, w) features, not negative, to (b, c * bins): places are sorted softly by how fast the measure around
    them grows with the window
    (its local density exponent), and each bin is told by the box-counting dimension of its places."""

    def __init__(self, bins: int = 8) -> None:
        super().__init__()
        self.centres = nn.Parameter(torch.linspace(1.6, 2.4, bins))
        self.sharpness = nn.Parameter(torch.tensor(30.0))

    def forward(self, x: Tensor) -> Tensor:
        windows = (3, 5, 7)
        measures = torch.stack([F.avg_pool2d(x + 1e-3, w, 1, w // 2, count_include_pad=False) * w * w for w in windows])
        exponent = slope(measures, windows)
        weight = (-self.sharpness.clamp(1, 200) * (exponent.unsqueeze(2) - self.centres[:, None, None]) ** 2).softmax(2)
        places = weight.flatten(1, 2)
        counts = torch.stack([F.max_pool2d(places, s, s, ceil_mode=True).sum((2, 3)) for s in SCALES])
        return -slope(counts, SCALES)


class FractalTextureEncoder(TextureEncoder):
    """(k, 1, 60, 60) grey in [0, 1] to (k, 64).

    The plain encoder's network; fractal dimensions stand in for the deviations that it pools.
    """

    def _add_pooling(self) -> int:
        narrow, bins = 16, 8
        self.narrow = nn.Sequential(nn.Conv2d(48, narrow, 1, bias=False), nn.BatchNorm2d(narrow), nn.Sigmoid())
        self.fractal = FractalPooling(bins)
        self.norm = nn.BatchNorm1d(narrow * bins)
        return 48 + 96 + narrow * bins

    def _pool(self, low: Tensor, high: Tensor) -> list[Tensor]:
        return [low.mean((2, 3)), high.mean((2, 3)), self.norm(self.fractal(self.narrow(low)))]
