"""Prompts: points with labels 1 (foreground), 0 (background), 2 and 3 (first and second corner of a box), -1 (padding).

Points become sparse tokens (random Fourier features plus a learned type, as in SAM) and dense maps. The dense maps
carry what makes a small decoder work: how alike each place is to the texture under the prompt (`similarity`), and the
same counted only along paths that start at the prompt (`reach`).
"""

import torch
import torch.nn.functional as F
from torch import nn

TOKEN_STRIDE = 8
POSITION_UNIT = 512.0  # pixels
SEED_RADIUS = 10.0  # pixels
COARSE_STEPS, FINE_STEPS = 48, 6


class PositionEncoding(nn.Module):
    """Random Fourier features of pixel coordinates (..., 2), normalised by a constant so that any frame size works."""

    def __init__(self, width: int):
        super().__init__()
        self.register_buffer("frequencies", torch.randn(2, width // 2))

    def forward(self, xy):
        phase = (2 * xy / POSITION_UNIT - 1) @ self.frequencies * (2 * torch.pi)
        return torch.cat([phase.sin(), phase.cos()], -1)

    def grid(self, height, breadth, stride: int):
        """(height * breadth, width) encoding of the cell centres of a grid."""
        y = (torch.arange(height, device=self.frequencies.device).float() + 0.5) * stride
        x = (torch.arange(breadth, device=self.frequencies.device).float() + 0.5) * stride
        yy, xx = torch.meshgrid(y, x, indexing="ij")
        return self(torch.stack([xx, yy], -1).reshape(-1, 2))


def sample(features, points):
    """Bilinear samples of (1, c, h, w) features at stride 8 at pixel points (n, p, 2); returns (n, p, c)."""
    height, breadth = features.shape[-2], features.shape[-1]
    x = points[..., 0] * (2.0 / TOKEN_STRIDE) / breadth - 1
    y = points[..., 1] * (2.0 / TOKEN_STRIDE) / height - 1
    grid = torch.stack([x, y], -1)[None]
    return F.grid_sample(features, grid, mode="bilinear", padding_mode="border", align_corners=False)[0].permute(1, 2, 0)


def reachable(similarity, seeds):
    """For every cell the best path from a seed: the greatest possible least similarity along it. (n, 1, h, w)."""

    def spread(level, bound, steps):
        for _ in range(steps):
            level = torch.minimum(F.max_pool2d(level, 3, 1, 1), bound)
        return level

    low = -torch.ones_like(similarity)
    coarse = F.avg_pool2d(similarity, 2)
    start = torch.where(F.max_pool2d(seeds, 2) > 0.6, coarse, F.avg_pool2d(low, 2))
    coarse = spread(start, coarse, COARSE_STEPS)
    start = torch.where(seeds > 0.6, similarity, low)
    near = torch.minimum(F.interpolate(coarse, scale_factor=2.0, mode="nearest"), similarity)
    return spread(torch.maximum(start, near), similarity, FINE_STEPS)


class PromptEncoder(nn.Module):
    """Sparse tokens (n, p, width) and dense maps at stride 8."""

    MAPS = 5

    def __init__(self, width: int, token: int):
        super().__init__()
        self.position = PositionEncoding(width)
        self.kinds = nn.Embedding(5, width)  # padding, background, foreground, first corner, second corner
        self.texture = nn.Linear(token, width)

    def forward(self, texture_tokens, coords, labels):
        """Returns (sparse tokens, maps (n, 5, h/8, w/8)): similarity, reach, background similarity, seeds, box."""
        points = coords + 0.5
        under = sample(texture_tokens, points)
        kind = F.one_hot((labels + 1).long(), 5).float()
        real = (labels >= 0).float()[..., None]
        sparse = (self.position(points) + self.texture(under)) * real + kind @ self.kinds.weight
        return sparse, self._maps(texture_tokens, points, under, kind)

    def _maps(self, texture_tokens, points, under, kind):
        height, breadth = texture_tokens.shape[-2], texture_tokens.shape[-1]
        y = (torch.arange(height, device=points.device).float() + 0.5) * TOKEN_STRIDE
        x = (torch.arange(breadth, device=points.device).float() + 0.5) * TOKEN_STRIDE
        box, inside, centre = self._box(points, kind, x, y)
        # A box without a foreground point is prompted by its centre.
        lonely = box * (1 - kind[..., 2].amax(1, keepdim=True))
        points = torch.cat([points, centre], 1)
        under = torch.cat([under, sample(texture_tokens, centre)], 1)
        front = torch.cat([kind[..., 2], lonely], 1)
        back = torch.cat([kind[..., 1], torch.zeros_like(lonely)], 1)
        flat = texture_tokens[0].flatten(1)

        def alike(weight):
            mean = F.normalize((under * weight[..., None]).sum(1), dim=-1)
            return (mean @ flat).reshape(-1, 1, height, breadth) * weight.amax(1)[:, None, None, None]

        distance = (x - points[..., :1])[:, :, None, :] ** 2 + (y - points[..., 1:])[:, :, :, None] ** 2
        seeds = (torch.exp(-distance / (2 * SEED_RADIUS**2)) * front[..., None, None]).amax(1, keepdim=True)
        similarity = alike(front) * inside - (1 - inside)
        return torch.cat([similarity, reachable(similarity.detach(), seeds), alike(back), seeds, inside * box[:, :, None, None]], 1)

    @staticmethod
    def _box(points, kind, x, y):
        """Whether there is a box (n, 1), its inside as a map (1 everywhere without a box), its centre (n, 1, 2)."""
        first = (points * kind[..., 3:4]).sum(1, keepdim=True)
        second = (points * kind[..., 4:5]).sum(1, keepdim=True)
        box = kind[..., 3].amax(1, keepdim=True)
        margin = TOKEN_STRIDE / 2

        def within(line, axis):
            return ((line > first[..., axis] - margin) & (line < second[..., axis] + margin)).float()

        inside = within(y, 1)[:, None, :, None] * within(x, 0)[:, None, None, :]
        return box, torch.maximum(inside, 1 - box[:, :, None, None]), (first + second) / 2
