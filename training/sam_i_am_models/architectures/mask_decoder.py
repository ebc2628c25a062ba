"""Mask decoder: SAM's two-way transformer, started as a similarity map.

Each prompt gets the shared image embedding plus its own dense maps. The three masks are hyper-network products with
up-scaled features (features of strides 16 and 8 added on the way), on top of the reach maps: before any training the
outputs are the part, the piece and the loosely similar region under the prompt.
"""

from dataclasses import asdict, dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import Attention, ChannelNorm, mlp
from .prompt_encoder import DenseMaps, PromptEncoder, per_prompt

MASKS = 3
STRIDE, MASK_STRIDE = 32, 8
START_LEVELS = (0.45, 0.3, 0.1)
START_MAPS = (2, 1, 1)  # which fine map each output starts from
START_GAIN = 8.0
FIGURES = 12


class TwoWayBlock(nn.Module):
    """Tokens attend to each other, then to the image; an MLP; the image attends to the tokens."""

    def __init__(self, width: int, heads: int, skip_first_position: bool) -> None:
        super().__init__()
        self.skip_first_position = skip_first_position
        self.own, self.to_image = Attention(width, heads), Attention(width, heads, width // 2)
        self.to_tokens = Attention(width, heads, width // 2)
        self.mlp = mlp([width, 4 * width, width])
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(4)])

    def forward(
        self, tokens: Tensor, image: Tensor, token_position: Tensor, image_position: Tensor
    ) -> tuple[Tensor, Tensor]:
        if self.skip_first_position:
            tokens = self.norms[0](self.own(tokens, tokens, tokens))
        else:
            query = tokens + token_position
            tokens = self.norms[0](tokens + self.own(query, query, tokens))
        placed = image + image_position
        tokens = self.norms[1](tokens + self.to_image(tokens + token_position, placed, image))
        tokens = self.norms[2](tokens + self.mlp(tokens))
        query = tokens + token_position
        return tokens, self.norms[3](image + self.to_tokens(placed, query, tokens))


class Refine(nn.Module):
    """Depthwise convolution and a mix of the channels, added to the input; starts as the identity."""

    def __init__(self, channels: int, side: int) -> None:
        super().__init__()
        self.deep, self.mix = (
            nn.Conv2d(channels, channels, side, 1, side // 2, groups=channels),
            nn.Conv2d(channels, channels, 1),
        )
        nn.init.zeros_(self.mix.weight)
        assert self.mix.bias is not None
        nn.init.zeros_(self.mix.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mix(F.relu(self.deep(x)))


@dataclass(frozen=True)
class DecoderSettings:
    """Channels and depth of the mask decoder; the defaults are those of the released weights."""

    width: int = 96
    heads: int = 4
    blocks: int = 2
    high_16: int = 32
    high_8: int = 16
    token: int = 32
    channels_16: int = 32
    channels_8: int = 16


class DecoderInputs(NamedTuple):
    """What the decoder reads, in the order of the graph's inputs (export.py). `origin` is of no graph: where in a full
    frame the images lie, in pixels.
    """

    image_embeddings: Tensor
    high_res_features_16: Tensor
    high_res_features_8: Tensor
    texture_tokens: Tensor
    outlines: Tensor
    point_coords: Tensor
    point_labels: Tensor
    mask_input: Tensor
    origin: Tensor | None = None


class MaskDecoder(nn.Module):
    """Image tensors of f frames (one in use) and n prompts, n / f in a row on each, to IoU predictions (n, 3) and mask
    logits (n, 3, h/8, w/8).
    """

    logit_gain: Tensor

    def __init__(self, settings: DecoderSettings | None = None) -> None:
        super().__init__()
        own = settings or DecoderSettings()
        self.settings = asdict(own)
        width, heads, channels_16, channels_8 = own.width, own.heads, own.channels_16, own.channels_8
        self.prompts = PromptEncoder(width, own.token)
        self.dense = nn.Sequential(nn.Conv2d(PromptEncoder.COARSE_MAPS, 32, 2, 2), nn.ReLU(), nn.Conv2d(32, width, 1))
        self.output_tokens = nn.Embedding(1 + MASKS, width)
        self.blocks = nn.ModuleList([TwoWayBlock(width, heads, i == 0) for i in range(own.blocks)])
        self.final, self.final_norm = Attention(width, heads, width // 2), nn.LayerNorm(width)
        self.up_16, self.norm_16 = nn.ConvTranspose2d(width, channels_16, 2, 2), ChannelNorm(channels_16)
        self.skip_16, self.maps_16 = (
            nn.Conv2d(own.high_16, channels_16, 1),
            nn.Conv2d(PromptEncoder.COARSE_MAPS, channels_16, 1, bias=False),
        )
        self.refine_16 = nn.Sequential(Refine(channels_16, 5), Refine(channels_16, 5))
        self.up_8 = nn.ConvTranspose2d(channels_16, channels_8, 2, 2)
        self.skip_8, self.maps_8 = (
            nn.Conv2d(own.high_8, channels_8, 1),
            nn.Conv2d(PromptEncoder.FINE_MAPS, channels_8, 1, bias=False),
        )
        self.refine_8 = Refine(channels_8, 3)
        self.hyper = nn.ModuleList([mlp([width, width, channels_8 + 1]) for _ in range(MASKS)])
        self.start = nn.Conv2d(PromptEncoder.FINE_MAPS, MASKS, 1)
        self.iou = mlp([2 * width + FIGURES, width, width // 2, 1])
        self.register_buffer("logit_gain", torch.ones(1))
        self._start_as_similarity()

    def _start_as_similarity(self) -> None:
        for head in self.hyper:
            assert isinstance(head, nn.Sequential)
            last = head[-1]
            assert isinstance(last, nn.Linear)
            nn.init.normal_(last.weight, std=0.02)
            nn.init.zeros_(last.bias)
        assert self.start.bias is not None
        with torch.no_grad():
            self.start.weight.zero_()
            for output, source in enumerate(START_MAPS):
                self.start.weight[output, source] = START_GAIN
            self.start.bias.copy_(-START_GAIN * torch.tensor(START_LEVELS))

    def forward(self, *tensors: Tensor) -> tuple[Tensor, Tensor]:
        """`tensors`: those of `DecoderInputs`. IoU predictions (n, 3) and mask logits (n, 3, h/8, w/8)."""
        tokens, masks, maps = self.decode(DecoderInputs(*tensors))
        return self._predict_iou(tokens, masks.detach(), maps), masks * self.logit_gain

    def decode(self, given: DecoderInputs) -> tuple[Tensor, Tensor, DenseMaps]:
        """Output tokens (n, 4 + prompts, width), mask logits before the gain, dense maps."""
        sparse, maps = self.prompts(
            given.texture_tokens,
            given.outlines,
            given.point_coords,
            given.point_labels,
            given.mask_input,
            given.origin,
        )
        image_embeddings = given.image_embeddings
        count, height, breadth = sparse.shape[0], image_embeddings.shape[-2], image_embeddings.shape[-1]
        image = (per_prompt(image_embeddings, count) + self.dense(maps.coarse)).flatten(2).transpose(1, 2)
        place = self.prompts.position.grid(height, breadth, STRIDE, given.origin)
        start = torch.cat([self.output_tokens.weight[None].expand(count, -1, -1), sparse], 1)
        tokens = start
        for block in self.blocks:
            tokens, image = block(tokens, image, start, place)
        tokens = self.final_norm(tokens + self.final(tokens + start, image + place, image))
        # A view with channels last, in which the convolutions that follow are twice as fast on CPUs.
        image = image.reshape(count, height, breadth, -1).permute(0, 3, 1, 2)
        levels = (given.high_res_features_16, given.high_res_features_8)
        return tokens, self._masks(image, *levels, tokens[:, 1 : 1 + MASKS], maps), maps

    def _masks(self, image: Tensor, high_16: Tensor, high_8: Tensor, tokens: Tensor, maps: DenseMaps) -> Tensor:
        """Mask logits before the export gain."""
        count = image.shape[0]
        up = F.relu(
            self.norm_16(self.up_16(image) + per_prompt(self.skip_16(high_16), count) + self.maps_16(maps.coarse))
        )
        up = F.relu(self.up_8(self.refine_16(up)) + per_prompt(self.skip_8(high_8), count) + self.maps_8(maps.fine))
        up = self.refine_8(up)
        weights = torch.stack([head(tokens[:, k]) for k, head in enumerate(self.hyper)], 1)
        flat = weights[..., :-1] @ up.flatten(2) + weights[..., -1:]
        start = self.start(maps.fine)
        return start + flat.reshape(start.shape)

    def _predict_iou(self, tokens: Tensor, masks: Tensor, maps: DenseMaps) -> Tensor:
        """IoU from what `describe` says of each mask."""
        return torch.sigmoid(self.iou(describe(tokens, masks, maps))[..., 0])


def describe(tokens: Tensor, masks: Tensor, maps: DenseMaps) -> Tensor:
    """What the IoU head sees of each mask: the IoU token, the mask's own token and figures of the mask itself. (n, 3, 2
    * width + 12).
    """
    general = tokens[:, :1].expand(-1, MASKS, -1)
    return torch.cat([general, tokens[:, 1 : 1 + MASKS], mask_figures(masks, maps.fine.detach())], -1)


def mask_figures(masks: Tensor, fine: Tensor) -> Tensor:
    """(n, 3, 12) figures of mask logits before the gain, on a grid of twice the mask's stride.

    Area and its logarithm; stability at two offsets; mean similarity, both reaches and outlines inside; outlines along
    the edge; similarity and reaches in a ring round the mask (where a region really ends they are low).
    """
    area = torch.sigmoid(masks).mean((-1, -2))
    sure = [_share(masks, offset) for offset in (0.5, 1.5)]
    inside, maps = F.avg_pool2d(torch.sigmoid(masks), 2), F.avg_pool2d(fine, 2)
    down, right = (inside[..., 1:, :] - inside[..., :-1, :]).abs(), (inside[..., 1:] - inside[..., :-1]).abs()
    length = down.sum((-1, -2)) + right.sum((-1, -2)) + 1e-3
    ring = F.max_pool2d(inside, 5, 1, 2) - inside
    within, around = ([_mean(weight, maps[:, k : k + 1]) for k in (0, 1, 2, 4)] for weight in (inside, ring))
    outline = maps[:, 4:5]
    along = (down * torch.maximum(outline[..., 1:, :], outline[..., :-1, :])).sum((-1, -2))
    along = (along + (right * torch.maximum(outline[..., 1:], outline[..., :-1])).sum((-1, -2))) / length
    return torch.stack([area, (area + 1e-4).log() / 4, *sure, *within, along, *around[:3]], -1)


def _share(masks: Tensor, offset: float) -> Tensor:
    """A smooth stability score."""
    return torch.sigmoid(4 * (masks - offset)).mean((-1, -2)) / (
        torch.sigmoid(4 * (masks + offset)).mean((-1, -2)) + 1e-4
    )


def _mean(weight: Tensor, values: Tensor) -> Tensor:
    return (weight * values).sum((-1, -2)) / (weight.sum((-1, -2)) + 1e-3)
