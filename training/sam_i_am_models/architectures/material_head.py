"""Material head: which places of a micrograph show one material, seen from the whole of it.

The encoder's tokens say how alike two places look; what shading, one material's defects or a faint second phase are
worth can only be told from the whole micrograph. A few queries start where the tokens are most typical, take turns with
the places (what belongs to a query, what a query stands for), and end as soft memberships: every place spreads over
QUERIES materials.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import Attention, ChannelNorm, SelfAttentionBlock

QUERIES = 8
FINE, COARSE = 16, 32  # strides of what the head reads, in pixels of the encoder's input
TOKEN = slice(160, 192)  # the tokens among the channels of the fine features
LIKENESS_GAIN, BIAS_GAIN = 10.0, 3.0


class Mix(nn.Module):
    """A place with its neighbours, up to `reach` cells across (0: none); starts as the identity."""

    def __init__(self, width: int, reach: int) -> None:
        super().__init__()
        self.norm = ChannelNorm(width)
        self.near = nn.Conv2d(width, width, reach, 1, reach // 2, groups=width) if reach else nn.Identity()
        self.first, self.second = nn.Conv2d(width, width, 1), nn.Conv2d(width, width, 1)
        nn.init.zeros_(self.second.weight)
        assert self.second.bias is not None
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.relu(self.first(self.near(self.norm(x)))))


class Memberships(nn.Module):
    """Logits (batch, queries, h, w): likeness of a place's token to the centre of each query, and what is learned
    beyond it.
    """

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.key, self.query = nn.Conv2d(width, inner, 1), nn.Linear(width, inner)
        self.bias, self.gain = nn.Linear(width, 1), nn.Linear(width, 1)
        for layer in (self.query, self.bias, self.gain):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, places: Tensor, queries: Tensor, tokens: Tensor, centres: Tensor) -> Tensor:
        likeness = (
            torch.einsum("bqd,bdhw->bqhw", centres, tokens) * (LIKENESS_GAIN * self.gain(queries).exp())[..., None]
        )
        learned = torch.einsum("bqd,bdhw->bqhw", self.query(queries), self.key(places))
        return likeness + learned + BIAS_GAIN * self.bias(queries)[..., None]


class Turn(nn.Module):
    """One turn: memberships, then queries from their places, places from their queries and from each other."""

    def __init__(self, width: int, inner: int, heads: int) -> None:
        super().__init__()
        self.place_norm, self.query_norm = ChannelNorm(width), nn.LayerNorm(width)
        self.memberships = Memberships(width, inner)
        self.value, self.cross = nn.Conv2d(width, width, 1), Attention(width, heads)
        self.gather = nn.Sequential(nn.Linear(3 * width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.among = SelfAttentionBlock(width, heads)
        self.give, self.mix = nn.Linear(width, width), Mix(width, 5)
        self.far = SelfAttentionBlock(width, heads)

    def forward(
        self, places: Tensor, queries: Tensor, tokens: Tensor, centres: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        seen, asked = self.place_norm(places), self.query_norm(queries)
        logits = self.memberships(seen, asked, tokens, centres)
        share = logits.softmax(1)
        centres = F.normalize(torch.einsum("bqhw,bdhw->bqd", share, tokens) + 0.01 * centres, dim=-1)
        mean = torch.einsum("bqhw,bdhw->bqd", share, self.value(seen)) / share.sum((2, 3)).clamp(min=1e-3)[..., None]
        rows = seen.flatten(2).transpose(1, 2)
        queries = self.among(queries + self.gather(torch.cat([asked, mean, self.cross(asked, rows, rows)], -1)))
        places = self.mix(places + torch.einsum("bqhw,bqd->bdhw", share, self.give(queries)))
        return places + self._far(places), queries, centres, logits

    def _far(self, places: Tensor) -> Tensor:
        """What attention over cells of twice the size changes."""
        # One row and column more, which pooling leaves out where it has no need of them.
        pooled = F.avg_pool2d(F.pad(places, (0, 1, 0, 1), mode="replicate"), 2)
        rows = pooled.flatten(2).transpose(1, 2)
        change = (self.far(rows) - rows).transpose(1, 2).reshape(pooled.shape)
        raised = F.interpolate(change, scale_factor=2.0, mode="bilinear", align_corners=False)
        return raised[..., : places.shape[-2], : places.shape[-1]]


class MaterialHead(nn.Module):
    """From `inputs` to logits of membership: (batch, QUERIES, h / 16, w / 16)."""

    def __init__(
        self, width: int = 96, inner: int = 48, heads: int = 4, turns: int = 3, fine: int = 196, coarse: int = 192
    ) -> None:
        super().__init__()
        self.fine_norm, self.coarse_norm = ChannelNorm(fine), ChannelNorm(coarse)
        self.fine, self.coarse = nn.Conv2d(fine, width, 1), nn.Conv2d(coarse, width, 1)
        self.position, self.down, self.up = (
            nn.Conv2d(6, width, 1),
            nn.Conv2d(2 * width, width, 1),
            nn.Conv2d(width, width, 1),
        )
        self.before, self.after = Mix(width, 0), Mix(width, 3)
        self.query, self.start = nn.Parameter(torch.randn(QUERIES, width) * 0.1), nn.Linear(width, width)
        self.turns = nn.ModuleList([Turn(width, inner, heads) for _ in range(turns)])
        self.last, self.place_norm, self.query_norm = Memberships(width, inner), ChannelNorm(width), nn.LayerNorm(width)

    @staticmethod
    def inputs(
        image: Tensor, at_32: Tensor, at_16: Tensor, at_8: Tensor, tokens: Tensor, outlines: Tensor
    ) -> tuple[Tensor, Tensor]:
        """What the head reads at strides 16 (batch, 196, ..) and 32 (batch, 192, ..), from the encoder's features and
        heads.
        """
        mean = F.avg_pool2d(image, FINE)
        deviation = (F.avg_pool2d(image * image, FINE) - mean * mean).clamp(min=0).sqrt()
        return torch.cat(
            [at_16, F.avg_pool2d(at_8, 2), F.avg_pool2d(tokens, 2), F.max_pool2d(outlines, 2), mean, deviation], 1
        ), at_32

    def forward(self, fine: Tensor, coarse: Tensor) -> Tensor:
        return self.all_turns(fine, coarse)[-1]

    def all_turns(self, fine: Tensor, coarse: Tensor) -> list[Tensor]:
        """Logits of every turn at stride 32 and the last ones at stride 16: training looks at all."""
        tokens = F.normalize(fine[:, TOKEN], dim=1)
        large = F.normalize(F.avg_pool2d(tokens, 2), dim=1)
        near = self.before(self.fine(self.fine_norm(fine)))
        places = self.down(
            torch.cat([F.avg_pool2d(near, 2), self.coarse(self.coarse_norm(coarse))], 1)
        ) + self.position(_positions(coarse))
        starts = typical_places(fine[:, TOKEN])
        queries, centres = self.query + self.start(_at(places, starts)), _at(large, starts)
        found = []
        for turn in self.turns:
            places, queries, centres, logits = turn(places, queries, large, centres)
            found.append(logits)
        raised = F.interpolate(places, scale_factor=2.0, mode="bilinear", align_corners=False)
        near = self.after(near + self.up(raised))
        return [*found, self.last(self.place_norm(near), self.query_norm(queries), tokens, centres)]


def material_tokens(logits: Tensor, tokens: Tensor, share: float) -> Tensor:
    """Unit vectors (batch, QUERIES + d, h / 8, w / 8) for the booster from memberships at stride 16 and unit tokens at
    stride 8.

    The roots of the memberships are a unit vector: the cosine of two places is the chance that both show one material
    (Bhattacharyya). The tokens make up `share` of the squared length: they still tell apart what the head takes for one
    material.
    """
    raised = F.interpolate(logits, scale_factor=2.0, mode="bilinear", align_corners=False)
    roots = (raised.softmax(1) + 1e-9).sqrt()
    return torch.cat([math.sqrt(1 - share) * roots, math.sqrt(share) * tokens], 1)


def typical_places(tokens: Tensor) -> Tensor:
    """Indices (batch, QUERIES) of the 32-px cells whose tokens stand for most of what no earlier one stands for;
    (batch, d, h / 16, w / 16) tokens.
    """
    with torch.no_grad():
        flat = F.normalize(F.avg_pool2d(tokens, 2).flatten(2), dim=1)
        alike = (flat.transpose(1, 2) @ flat).clamp(min=0)
        near = alike**6
        left, found = torch.ones_like(alike[:, 0]), []
        for _ in range(QUERIES):
            found.append((near @ left[..., None])[..., 0].argmax(1))
            left = left * (1 - _rows(alike, found[-1][:, None])[:, 0] ** 3)
        return torch.stack(found, 1)


def _rows(table: Tensor, indices: Tensor) -> Tensor:
    """Rows (batch, n, d) of (batch, m, d)."""
    return table.gather(1, indices[..., None].expand(-1, -1, table.shape[2]))


def _at(places: Tensor, indices: Tensor) -> Tensor:
    """(batch, n, d) of (batch, d, h, w) places at flat indices (batch, n)."""
    return _rows(places.flatten(2).transpose(1, 2), indices)


def _positions(places: Tensor) -> Tensor:
    """Six maps (1, 6, h, w) of where a place lies in the frame."""
    height, breadth = places.shape[-2], places.shape[-1]
    y = torch.arange(height, device=places.device).float()[:, None].expand(height, breadth)
    x = torch.arange(breadth, device=places.device).float()[None].expand(height, breadth)
    x, y = (2 * axis / axis.max().clamp(min=1) - 1 for axis in (x, y))
    half = math.pi / 2
    return torch.stack([x, y, (2 * half * x).sin(), (2 * half * y).sin(), (half * x).cos(), (half * y).cos()])[None]
