"""Prompts: points with labels 1 (foreground), 0 (background), 2 and 3 (first and second corner of a box), -1 (padding).

Points become sparse tokens (random Fourier features plus a learned type, as in SAM) and dense maps. The dense maps
carry what makes a small decoder work: how alike each place is to the texture under the prompt (`similarity`), and the
same counted only along paths that start at the prompt (`reach`), once stopped by outlines between materials and once by
any outline. All strides are in pixels of the encoder's input.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FINE, COARSE = 8, 16  # strides of the two grids of dense maps
POSITION_UNIT = 1024.0  # pixels
SEED_RADIUS = 14.0  # pixels
EARLIER_SCALE = 8.0  # logits
LARGE_STEPS, SMALL_STEPS = 28, 80  # spreading on the 32-px and on the 16-px grid


class PositionEncoding(nn.Module):
    """Random Fourier features of pixel coordinates (..., 2), normalised by a constant so that any frame size works."""

    frequencies: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("frequencies", torch.randn(2, width // 2))

    def forward(self, xy: Tensor, origin: Tensor | None = None) -> Tensor:
        xy = xy if origin is None else xy + origin
        phase = (2 * xy / POSITION_UNIT - 1) @ self.frequencies * (2 * torch.pi)
        return torch.cat([phase.sin(), phase.cos()], -1)

    def grid(self, height: int, breadth: int, stride: int, origin: Tensor | None = None) -> Tensor:
        """(height * breadth, width) encoding of the cell centres of a grid whose first corner lies at `origin` (by
        default 0, 0).
        """
        y = (torch.arange(height, device=self.frequencies.device).float() + 0.5) * stride
        x = (torch.arange(breadth, device=self.frequencies.device).float() + 0.5) * stride
        yy, xx = torch.meshgrid(y, x, indexing="ij")
        return self(torch.stack([xx, yy], -1).reshape(-1, 2), origin)


def per_prompt(of_frames: Tensor, count: int) -> Tensor:
    """Tensors of f frames, each for the `count` / f prompts in a row that belong to it; those of a single frame as they
    are.
    """
    frames = of_frames.shape[0]
    return of_frames if frames == 1 else of_frames.repeat_interleave(count // frames, 0)


def sample(features: Tensor, points: Tensor, stride: int) -> Tensor:
    """Bilinear samples of (f, c, h, w) features at pixel points (n, p, 2), n / f in a row on each frame; returns (n, p,
    c).
    """
    height, breadth = features.shape[-2], features.shape[-1]
    x = points[..., 0] * (2.0 / stride) / breadth - 1
    y = points[..., 1] * (2.0 / stride) / height - 1
    grid = torch.stack([x, y], -1).reshape(features.shape[0], -1, points.shape[1], 2)
    return (
        F.grid_sample(features, grid, mode="bilinear", padding_mode="border", align_corners=False)
        .permute(0, 2, 3, 1)
        .flatten(0, 1)
    )


def pooled_spread(level: Tensor, bound: Tensor, steps: int) -> Tensor:
    """`_spread` by max-pools over columns and rows: fewer operators, which a GPU and onnxruntime like; in torch on a
    CPU far slower.
    """
    for _ in range(steps):
        sides = torch.maximum(F.max_pool2d(level, (3, 1), 1, (1, 0)), F.max_pool2d(level, (1, 3), 1, (0, 1)))
        level = torch.minimum(sides, bound)
    return level


def _spread(level: Tensor, bound: Tensor, steps: int) -> Tensor:
    """Let `level` (n, c, h, w) flow to its four neighbours `steps` times, nowhere above `bound`."""
    if level.is_cuda:
        return pooled_spread(level, bound, steps)
    for _ in range(steps):
        p = F.pad(level, (1, 1, 1, 1), value=-1.0)
        sides = torch.maximum(
            torch.maximum(p[..., 1:-1, :-2], p[..., 1:-1, 2:]), torch.maximum(p[..., :-2, 1:-1], p[..., 2:, 1:-1])
        )
        level = torch.minimum(torch.maximum(level, sides), bound)
    return level


def reachable(bound: Tensor, seeds: Tensor) -> Tensor:
    """For every cell the best path from a seed: the greatest possible least `bound` along it. (n, c, h, w).

    First on cells of twice the size, where a path must be broad, then on the cells themselves.
    """
    large = -F.max_pool2d(-bound, 2)
    start = torch.where(F.max_pool2d(seeds, 2) > 0.6, large, torch.full_like(large, -1.0))
    large = _spread(start, large, LARGE_STEPS)
    start = torch.where(seeds > 0.6, bound, torch.full_like(bound, -1.0))
    near = torch.minimum(F.interpolate(large, scale_factor=2.0, mode="nearest"), bound)
    return _spread(torch.maximum(start, near), bound, SMALL_STEPS)


@dataclass
class DenseMaps:
    """`coarse` (n, 7, h/16, w/16): similarity, reach to outlines of materials, reach to any outline, background
    similarity, seeds, box,
    earlier mask.

    `fine` (n, 5, h/8, w/8): similarity, the two reaches cut to it, the two outlines.
    """

    coarse: torch.Tensor
    fine: torch.Tensor


class PromptEncoder(nn.Module):
    """Sparse tokens (n, p, width) and dense maps."""

    COARSE_MAPS, FINE_MAPS = 7, 5

    def __init__(self, width: int, token: int) -> None:
        super().__init__()
        self.position = PositionEncoding(width)
        self.kinds = nn.Embedding(5, width)  # padding, background, foreground, first corner, second corner
        self.texture = nn.Linear(token, width)

    def forward(
        self,
        texture_tokens: Tensor,
        outlines: Tensor,
        coords: Tensor,
        labels: Tensor,
        mask_input: Tensor,
        origin: Tensor | None = None,
    ) -> tuple[Tensor, DenseMaps]:
        """`texture_tokens` and `outlines` of f frames, n prompts of which n / f in a row are on each.

        `mask_input` (1, f or n, 1, h/8, w/8): logits of an earlier mask, 0 where nothing is known.

        `origin` (2): pixel position of the corner of a crop in its frame, for training on crops."""
        points = coords + 0.5
        under = sample(texture_tokens, points, FINE)
        kind = F.one_hot((labels + 1).long(), 5).float()
        real = (labels >= 0).float()[..., None]
        sparse = (self.position(points, origin) + self.texture(under)) * real + kind @ self.kinds.weight
        earlier = F.avg_pool2d(torch.tanh(mask_input / EARLIER_SCALE), 2)
        earlier = per_prompt(earlier, coords.shape[0]).expand(coords.shape[0], -1, -1, -1)
        return sparse, self.maps(texture_tokens, outlines, points, under, kind, earlier)

    def maps(
        self, texture_tokens: Tensor, outlines: Tensor, points: Tensor, under: Tensor, kind: Tensor, earlier: Tensor
    ) -> DenseMaps:
        tokens_16 = F.normalize(F.avg_pool2d(texture_tokens, 2), dim=1)
        y, x = (_centres(n, points.device) for n in tokens_16.shape[-2:])
        box, inside, centre = self._box(points, kind, x, y)
        # A box without a foreground point is prompted by its centre.
        lonely = box * (1 - kind[..., 2].amax(1, keepdim=True))
        points = torch.cat([points, centre], 1)
        under = torch.cat([under, sample(texture_tokens, centre, FINE)], 1)
        front = torch.cat([kind[..., 2], lonely], 1)
        back = torch.cat([kind[..., 1], torch.zeros_like(lonely)], 1)
        front_mean, back_mean = _mean_direction(under, front), _mean_direction(under, back)
        distance = (x - points[..., :1])[:, :, None, :] ** 2 + (y - points[..., 1:])[:, :, :, None] ** 2
        seeds = (torch.exp(-distance / (2 * SEED_RADIUS**2)) * front[..., None, None]).amax(1, keepdim=True)
        similarity = _alike(front_mean, tokens_16) * inside - (1 - inside)
        reach = self._reach(similarity, outlines, seeds)
        coarse = [similarity, reach, _alike(back_mean, tokens_16), seeds, inside * box[:, :, None, None], earlier]
        return DenseMaps(torch.cat(coarse, 1), self._fine(_alike(front_mean, texture_tokens), reach, outlines))

    @staticmethod
    def _reach(similarity: Tensor, outlines: Tensor, seeds: Tensor) -> Tensor:
        free = per_prompt(1 - 2 * F.max_pool2d(outlines, 2), seeds.shape[0])
        # The place under the prompt counts as free: a point on an outline still means something.
        free = torch.maximum(free, 2 * seeds - 1)
        return reachable(torch.minimum(similarity, free).detach(), seeds)

    @staticmethod
    def _fine(similarity: Tensor, reach: Tensor, outlines: Tensor) -> Tensor:
        """Reach is cut short at outlines; one cell more, as far as the texture is alike, closes the gap."""
        raised = F.interpolate(F.max_pool2d(reach, 3, 1, 1), scale_factor=2.0, mode="bilinear", align_corners=False)
        own = per_prompt(outlines, similarity.shape[0]).expand(similarity.shape[0], -1, -1, -1)
        return torch.cat([similarity, torch.minimum(raised, similarity), own], 1)

    @staticmethod
    def _box(points: Tensor, kind: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Whether there is a box (n, 1), its inside as a map (1 everywhere without a box), its centre (n, 1, 2)."""
        first = (points * kind[..., 3:4]).sum(1, keepdim=True)
        second = (points * kind[..., 4:5]).sum(1, keepdim=True)
        box = kind[..., 3].amax(1, keepdim=True)
        margin = COARSE / 2

        def within(line: Tensor, axis: int) -> Tensor:
            return ((line > first[..., axis] - margin) & (line < second[..., axis] + margin)).float()

        inside = within(y, 1)[:, None, :, None] * within(x, 0)[:, None, None, :]
        return box, torch.maximum(inside, 1 - box[:, :, None, None]), (first + second) / 2


def _centres(count: int, device: str | torch.device) -> Tensor:
    """Pixel coordinate of the centres of `count` cells of the coarse grid."""
    return (torch.arange(count, device=device).float() + 0.5) * COARSE


def _mean_direction(under: Tensor, weight: Tensor) -> Tensor:
    """Mean direction (n, d) of the tokens (n, p, d) with weights (n, p); zero where all weights are."""
    return F.normalize((under * weight[..., None]).sum(1), dim=-1) * weight.amax(1, keepdim=True)


def _alike(direction: Tensor, tokens: Tensor) -> Tensor:
    """Cosine (n, 1, h, w) of directions (n, d) with the unit tokens (f, d, h, w) of their frames."""
    return (direction.reshape(tokens.shape[0], -1, tokens.shape[1]) @ tokens.flatten(2)).reshape(
        -1, 1, *tokens.shape[-2:]
    )
