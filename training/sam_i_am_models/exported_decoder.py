"""The mask decoder in the form that is exported: the same function of the same weights, in fewer and cheaper operators.

What differs from `MaskDecoder.forward`, every step exactly or up to rounding:
- Spreading takes two max-pools a step in place of a pad and eight slices.
- Attention between few tokens and many places is re-associated: the few keys and values go through the projections of
  the places, so that places are neither projected nor split into heads. A key's bias shifts all places alike, which
  softmax does not see.
- The transformer's places stay channels-last up to the first enlargement, whose normalisation then is one layer
  normalisation.
- The first transposed convolution is a matrix product followed by a shuffle of pixels.
- 1x1 convolutions of the fine maps are matrix products, which need no other layout.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .architectures import prompt_encoder
from .architectures.blocks import Attention
from .architectures.mask_decoder import MASKS, STRIDE, DecoderInputs, MaskDecoder, TwoWayBlock
from .architectures.prompt_encoder import DenseMaps


def _heads(linear: nn.Linear, heads: int) -> tuple[Tensor, Tensor]:
    """Weights (heads, d, width) and biases (heads, d) of a projection into heads."""
    return linear.weight.reshape(heads, -1, linear.in_features), linear.bias.reshape(heads, -1)


def _split(x: Tensor, heads: int) -> Tensor:
    """(n, t, heads * d) to (n, heads, t, d)."""
    return x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)


def tokens_to_places(attention: Attention, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """`attention(query, key, value)` where `query` (n, t, width) is short and `key`, `value` (n, places, width) are
    long.
    """
    heads, count = attention.heads, query.shape[1]
    q = _split(attention.query(query) * (attention.inner // heads) ** -0.5, heads)
    key_weight, _ = _heads(attention.key, heads)
    value_weight, value_bias = _heads(attention.value, heads)
    seen = (q @ key_weight).flatten(1, 2)  # (n, heads * t, width)
    mixed = torch.softmax(seen @ key.transpose(1, 2), -1) @ value
    mixed = mixed.reshape(-1, heads, count, mixed.shape[-1]) @ value_weight.transpose(1, 2) + value_bias[:, None]
    return attention.out(mixed.transpose(1, 2).flatten(2))


def places_to_tokens(attention: Attention, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """`attention(query, key, value)` where `query` (n, places, width) is long and `key`, `value` (n, t, width) are
    short.
    """
    heads, count = attention.heads, key.shape[1]
    query_weight, query_bias = _heads(attention.query, heads)
    k = _split(attention.key(key) * (attention.inner // heads) ** -0.5, heads)
    seen = (k @ query_weight).flatten(1, 2)  # (n, heads * t, width)
    offset = (k * query_bias[:, None]).sum(-1).flatten(1)[:, None]
    out_weight = attention.out.weight.reshape(-1, heads, attention.inner // heads).permute(1, 2, 0)  # (heads, d, width)
    told = (_split(attention.value(value), heads) @ out_weight).flatten(1, 2)  # (n, heads * t, width)
    scores = query @ seen.transpose(1, 2) + offset
    weights = torch.softmax(scores.reshape(*scores.shape[:2], heads, count), -1).flatten(2)
    return weights @ told + attention.out.bias


def enlarged(x: Tensor, up: nn.ConvTranspose2d) -> Tensor:
    """A transposed convolution of side and stride 2 over places (n, h, w, channels) as (n, h, 2, w, 2, outputs)."""
    outputs = up.out_channels
    assert up.bias is not None
    y = x @ up.weight.permute(0, 2, 3, 1).flatten(1) + up.bias.repeat(4)
    n, h, w = x.shape[:3]
    return y.reshape(n, h, w, 2, 2, outputs).permute(0, 1, 3, 2, 4, 5)


def rows_of(x: Tensor) -> Tensor:
    """(n, channels, h, w) as (n, h, w, channels)."""
    return x.permute(0, 2, 3, 1)


class ExportedDecoder(nn.Module):
    """`MaskDecoder` with the same arguments and results, made for onnxruntime."""

    def __init__(self, decoder: MaskDecoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, *tensors: Tensor) -> tuple[Tensor, Tensor]:
        """`tensors`: those of `DecoderInputs`, without the origin."""
        d, given = self.decoder, DecoderInputs(*tensors)
        plain, prompt_encoder._spread = prompt_encoder._spread, prompt_encoder.pooled_spread
        try:
            sparse, maps = d.prompts(
                given.texture_tokens, given.outlines, given.point_coords, given.point_labels, given.mask_input
            )
        finally:
            prompt_encoder._spread = plain
        height, breadth = given.image_embeddings.shape[-2:]
        places = rows_of(given.image_embeddings + d.dense(maps.coarse)).flatten(1, 2)
        position = d.prompts.position.grid(height, breadth, STRIDE)
        start = torch.cat([d.output_tokens.weight[None].expand(sparse.shape[0], -1, -1), sparse], 1)
        tokens = start
        for block in d.blocks:
            assert isinstance(block, TwoWayBlock)
            tokens, places = self._block(block, tokens, places, start, position)
        tokens = d.final_norm(tokens + tokens_to_places(d.final, tokens + start, places + position, places))
        places = places.reshape(-1, height, breadth, places.shape[-1])
        masks = self._masks(
            places, given.high_res_features_16, given.high_res_features_8, tokens[:, 1 : 1 + MASKS], maps
        )
        return d._predict_iou(tokens, masks, maps), masks * d.logit_gain

    @staticmethod
    def _block(
        block: TwoWayBlock, tokens: Tensor, places: Tensor, token_position: Tensor, position: Tensor
    ) -> tuple[Tensor, Tensor]:
        if block.skip_first_position:
            tokens = block.norms[0](block.own(tokens, tokens, tokens))
        else:
            query = tokens + token_position
            tokens = block.norms[0](tokens + block.own(query, query, tokens))
        placed = places + position
        tokens = block.norms[1](tokens + tokens_to_places(block.to_image, tokens + token_position, placed, places))
        tokens = block.norms[2](tokens + block.mlp(tokens))
        query = tokens + token_position
        return tokens, block.norms[3](places + places_to_tokens(block.to_tokens, placed, query, tokens))

    def _masks(self, places: Tensor, high_16: Tensor, high_8: Tensor, tokens: Tensor, maps: DenseMaps) -> Tensor:
        d = self.decoder
        n, h, w = places.shape[:3]
        up = (
            enlarged(places, d.up_16).reshape(n, 2 * h, 2 * w, d.up_16.out_channels)
            + rows_of(d.skip_16(high_16))
            + rows_of(d.maps_16(maps.coarse))
        )
        norm = d.norm_16
        up = F.relu(F.layer_norm(up, (norm.weight.numel(),), norm.weight.flatten(), norm.bias.flatten(), 1e-6)).permute(
            0, 3, 1, 2
        )
        fine = maps.fine.flatten(2)
        up = d.up_8(d.refine_16(up)) + d.skip_8(high_8)
        up = F.relu(up + (d.maps_8.weight.flatten(1) @ fine).reshape(up.shape))
        up = d.refine_8(up)
        weights = torch.stack([head(tokens[:, k]) for k, head in enumerate(d.hyper)], 1)
        assert d.start.bias is not None
        offsets = weights[..., -1:] + d.start.bias[:, None]
        masks = weights[..., :-1] @ up.flatten(2) + d.start.weight.flatten(1) @ fine + offsets
        return masks.reshape(-1, MASKS, *up.shape[-2:])
