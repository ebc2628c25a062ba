"""Texture encoder: a 60x60 crop to a 64-dimensional unit vector, near for one material, far for different ones."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import Residual

CROP = 60
DIMENSIONS = 64


class TextureEncoder(nn.Module):
    """(k, 1, 60, 60) grey in [0, 1] to (k, 64). Pools mean and deviation of two stages, and of the crop itself."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(2, 24, 5, 2, 2, bias=False), nn.BatchNorm2d(24), nn.ReLU())
        self.low = nn.Sequential(Residual(24, 24), Residual(24, 48, 2))
        self.high = nn.Sequential(Residual(48, 96, 2), Residual(96, 96))
        self.head = nn.Sequential(nn.Linear(self._add_pooling() + 2, 128), nn.ReLU(), nn.Linear(128, DIMENSIONS))

    def _add_pooling(self) -> int:
        """Adds what `_pool` needs; how many figures it gives."""
        return 2 * (48 + 96)

    def _pool(self, low: Tensor, high: Tensor) -> list[Tensor]:
        return [p for x in (low, high) for p in (x.mean((2, 3)), self._deviation(x))]

    def forward(self, crops: Tensor) -> Tensor:
        mean = crops.mean((2, 3), keepdim=True)
        deviation = ((crops - mean) ** 2).mean((2, 3), keepdim=True).add(1e-4).sqrt()
        low = self.low(self.stem(torch.cat([crops * 2 - 1, (crops - mean) / (2 * deviation)], 1)))
        figures = torch.cat([mean * 4 - 2, deviation * 8 - 1], 1)[..., 0, 0]
        return F.normalize(self.head(torch.cat([*self._pool(low, self.high(low)), figures], 1)), dim=1)

    @staticmethod
    def _deviation(x: Tensor) -> Tensor:
        mean = x.mean((2, 3), keepdim=True)
        return ((x - mean) ** 2).mean((2, 3)).add(1e-5).sqrt()
