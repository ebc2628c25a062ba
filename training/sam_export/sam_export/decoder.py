"""SAM's prompt encoder and mask decoder, cut into three stages that give the same numbers for less work.

1. `ImageStage`, once per image (and once per earlier mask used as a prompt): the image tokens of the first block and
   their projections.
2. `PromptStage`, per batch of prompts: the two-way transformer and the predicted IoUs. Image tokens are never projected
   (256 x 256 for each of 4096): the few tokens' queries, keys and values go through the weights instead
   (re-association).
3. `MaskStage`, only for prompts with a promising IoU: up-scaling and masks, as matrix products with channels last.

n prompts of p points, t = 5 + p tokens, l image tokens of width c, h heads, i = c / 2 the width inside cross-attention.
"""

import math

import torch
from segment_anything.modeling import Sam
from torch import Tensor, nn
from torch.nn import functional as F

IMAGE_TENSORS = ["image_tokens", "image_keys", "image_values", "image_queries"]


def position_map(sam: Sam) -> torch.Tensor:
    """(l, c): the position encoding of the image tokens."""
    return sam.prompt_encoder.get_dense_pe()[0].flatten(1).T.detach().contiguous()


class ImageStage(nn.Module):
    """Image embedding and an earlier mask (or none) to what the first block needs of the image,
    shared by all prompts.
    """

    def __init__(self, sam: Sam) -> None:
        super().__init__()
        self.prompts = sam.prompt_encoder
        block = sam.mask_decoder.transformer.layers[0]
        self.to_image, self.to_tokens = block.cross_attn_token_to_image, block.cross_attn_image_to_token
        self.register_buffer("positions", position_map(sam))

    def forward(
        self, image_embeddings: Tensor, mask_input: Tensor, has_mask_input: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """image_tokens (l, c); by head image_keys (h, i / h, l), image_values (h, l, i / h), image_queries (h, i / h,
        l).
        """
        no_mask = self.prompts.no_mask_embed.weight.reshape(1, -1, 1, 1)
        dense = has_mask_input * self.prompts.mask_downscaling(mask_input) + (1 - has_mask_input) * no_mask
        tokens = (image_embeddings + dense)[0].flatten(1).T
        placed = tokens + self.positions
        heads = self.to_image.num_heads
        keys = (placed @ self.to_image.k_proj.weight.T).T.reshape(heads, -1, len(tokens))
        values = self.to_image.v_proj(tokens).reshape(len(tokens), heads, -1).transpose(0, 1)
        return tokens, keys, values, self.to_tokens.q_proj(placed).T.reshape(heads, -1, len(tokens))


class TokenProjections(nn.Module):
    """Cross-attention seen from the tokens: everything that touches the weights happens on t tokens, not on l image
    tokens.
    """

    def __init__(self, attention: nn.Module) -> None:
        super().__init__()
        self.source, self.heads = attention, attention.num_heads
        self.head_width = attention.internal_dim // attention.num_heads
        self.scale = 1 / math.sqrt(self.head_width)
        owner = torch.arange(attention.internal_dim) // self.head_width
        self.register_buffer("of_head", (owner[None] == torch.arange(self.heads)[:, None]).float()[:, None])

    def by_head(self, x: Tensor) -> Tensor:
        """(n, t, i) to (n, h, t, i), each head seeing its own part and zeros."""
        return x[:, None] * self.of_head

    def image_scores(self, q: Tensor) -> Tensor:
        """Rows (n, h * t, c) whose products with placed image tokens are the attention scores of tokens to the image,
        up to a constant per row.
        """
        return (self.by_head(q * self.scale) @ self.source.k_proj.weight).flatten(1, 2)

    def gather_values(self, mixed: Tensor, count: int) -> Tensor:
        """Attention-weighted image tokens (n, h * t, c) to the attention's output (n, t, c)."""
        values = mixed.reshape(mixed.shape[0], self.heads, count, -1) @ self.source.v_proj.weight.T
        return self.source.out_proj((values * self.of_head).sum(1) + self.source.v_proj.bias)

    def token_outputs(self, v: Tensor) -> Tensor:
        """Values of the tokens (n, t, i) as what each adds to an image token that attends to it alone: (n, h * t, c).

        The weights of each head sum to 1, so that a head's share of the bias rides on its tokens.
        """
        bias = self.source.out_proj.bias / self.heads
        return (self.by_head(v) @ self.source.out_proj.weight.T + bias).flatten(1, 2)


def attend(scores: Tensor, heads: int) -> Tensor:
    """Softmax over the tokens within each head; scores (n, l, h * t)."""
    shape = scores.shape
    return torch.softmax(scores.reshape(shape[0], shape[1], heads, -1), -1).reshape(shape[0], shape[1], -1)


class FirstBlock(nn.Module):
    """The first two-way block; its image side is shared by all prompts and projected once (`ImageStage`)."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block
        self.to_image, self.to_tokens = block.cross_attn_token_to_image, block.cross_attn_image_to_token
        self.outputs = TokenProjections(block.cross_attn_image_to_token)

    def forward(self, prompt: Tensor, image: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens (n, t, c) and image tokens (n, l, c) after the block."""
        block, (image_tokens, image_keys, image_values, image_queries) = self.block, image
        tokens = block.norm1(block.self_attn(prompt, prompt, prompt))
        count, heads = tokens.shape[1], self.to_image.num_heads
        scores = self._heads_first(self.to_image.q_proj(tokens + prompt) * self.outputs.scale) @ image_keys
        mixed = torch.softmax(scores, -1) @ image_values
        mixed = mixed.reshape(heads, -1, count, mixed.shape[-1]).permute(1, 2, 0, 3).flatten(2)
        tokens = block.norm2(tokens + self.to_image.out_proj(mixed))
        tokens = block.norm3(tokens + block.mlp(tokens))
        keys = self._heads_first(self.to_tokens.k_proj(tokens + prompt) * self.outputs.scale)
        scores = (keys @ image_queries).reshape(heads, -1, count, image_tokens.shape[0])
        # Softmax over the tokens, in steps: image tokens lie side by side, and each step is one pass over them.
        weights = torch.exp(scores - scores.amax(2, keepdim=True))
        weights = (weights / weights.sum(2, keepdim=True)).transpose(0, 1).flatten(1, 2)
        # The runtime would multiply by the transposed weights, which costs more: the reshape keeps it from that.
        weights = weights.reshape(-1, heads, count, weights.shape[-1]).permute(0, 3, 1, 2).flatten(2)
        change = weights @ self.outputs.token_outputs(self.to_tokens.v_proj(tokens))
        return tokens, block.norm4(image_tokens + change)

    def _heads_first(self, x: Tensor) -> Tensor:
        """(n, t, i) to (h, n * t, i / h): the tokens of all prompts, since they all look at the same image tokens."""
        return x.reshape(x.shape[0], x.shape[1], self.to_image.num_heads, -1).permute(2, 0, 1, 3).flatten(1, 2)


class LaterBlock(nn.Module):
    """A further two-way block, both cross-attentions re-associated."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block
        self.to_image, self.to_tokens = (
            TokenProjections(block.cross_attn_token_to_image),
            TokenProjections(block.cross_attn_image_to_token),
        )

    def forward(self, tokens: Tensor, image: Tensor, prompt: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        block, placed = self.block, image + positions
        query = tokens + prompt
        tokens = block.norm1(tokens + block.self_attn(query, query, tokens))
        tokens = block.norm2(tokens + self._look(tokens + prompt, image, placed))
        tokens = block.norm3(tokens + block.mlp(tokens))
        side = self.to_tokens
        keys = side.by_head(side.source.k_proj(tokens + prompt) * side.scale)
        rows = (keys @ side.source.q_proj.weight).flatten(1, 2)
        constant = (keys @ side.source.q_proj.bias).flatten(1)[:, None]
        weights = attend(placed @ rows.transpose(1, 2) + constant, side.heads)
        change = weights @ side.token_outputs(side.source.v_proj(tokens))
        return tokens, block.norm4(image + change)

    def _look(self, query: Tensor, image: Tensor, placed: Tensor) -> Tensor:
        return look(self.to_image, query, image, placed)


def look(side: TokenProjections, query: Tensor, image: Tensor, placed: Tensor) -> Tensor:
    """Attention of tokens to the image: (n, t, c)."""
    rows = side.image_scores(side.source.q_proj(query))
    # The image tokens stay the left factor: transposing the few scores is cheaper than multiplying by transposed
    # tokens.
    weights = torch.softmax((placed @ rows.transpose(1, 2)).transpose(1, 2), -1)
    return side.gather_values(weights @ image, query.shape[1])


class PromptStage(nn.Module):
    """Prompts over one image to predicted IoUs, the masks' hyper-network weights and the attended image tokens."""

    def __init__(self, sam: Sam) -> None:
        super().__init__()
        self.prompts, self.decoder = sam.prompt_encoder, sam.mask_decoder
        self.register_buffer(
            "image_size", torch.tensor([float(side) for side in sam.prompt_encoder.input_image_size[::-1]])
        )
        self.register_buffer("positions", position_map(sam))
        self.register_buffer("kinds", self._kinds())
        transformer = sam.mask_decoder.transformer
        self.first = FirstBlock(transformer.layers[0])
        self.later = nn.ModuleList([LaterBlock(block) for block in transformer.layers[1:]])
        self.final, self.final_norm = (
            TokenProjections(transformer.final_attn_token_to_image),
            transformer.norm_final_attn,
        )

    def _kinds(self) -> Tensor:
        """(5, c): what is added for the labels -1 (no point), 0, 1, 2, 3."""
        rows = [self.prompts.not_a_point_embed.weight, *(e.weight for e in self.prompts.point_embeddings)]
        return torch.cat(rows).detach()

    def forward(
        self,
        point_coords: Tensor,
        point_labels: Tensor,
        image_tokens: Tensor,
        image_keys: Tensor,
        image_values: Tensor,
        image_queries: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """iou_predictions (n, 4), mask_weights (n, 4, c / 8), attended_tokens (n, l, c)."""
        tokens = prompt = self._prompt_tokens(point_coords, point_labels)
        tokens, image = self.first(prompt, (image_tokens, image_keys, image_values, image_queries))
        for block in self.later:
            tokens, image = block(tokens, image, prompt, self.positions)
        heads = self.decoder.output_hypernetworks_mlps
        # What the points see of the image at last, nobody asks.
        tokens, prompt = tokens[:, : 1 + len(heads)], prompt[:, : 1 + len(heads)]
        tokens = self.final_norm(tokens + look(self.final, tokens + prompt, image, image + self.positions))
        weights = torch.stack([head(tokens[:, 1 + k]) for k, head in enumerate(heads)], 1)
        return self.decoder.iou_prediction_head(tokens[:, 0]), weights, image

    def _prompt_tokens(self, coords: Tensor, labels: Tensor) -> Tensor:
        """(n, 5 + p, c): the output tokens, then the points."""
        encoded = self.prompts.pe_layer._pe_encoding((coords + 0.5) / self.image_size)
        known = (labels[..., None] == torch.arange(-1.0, 4.0)).to(encoded.dtype)
        points = encoded * (labels[..., None] >= 0).to(encoded.dtype) + known @ self.kinds
        output = torch.cat([self.decoder.iou_token.weight, self.decoder.mask_tokens.weight])
        return torch.cat([output[None].expand(coords.shape[0], -1, -1), points], 1)


class MaskStage(nn.Module):
    """attended_tokens (m, l, c) and mask_weights (m, k, c / 8) to low_res_masks (m, k, 4 s, 4 s), logits; l = s * s."""

    def __init__(self, sam: Sam) -> None:
        super().__init__()
        up = sam.mask_decoder.output_upscaling
        self.size = sam.prompt_encoder.image_embedding_size[0]
        self.norm, self.activation, self.channels = up[1], up[2], up[0].out_channels
        self.register_buffer("first", up[0].weight.detach().permute(0, 2, 3, 1).flatten(1).contiguous())
        self.register_buffer("first_bias", up[0].bias.detach().repeat(4))
        self.register_buffer("second", up[3].weight.detach().permute(0, 2, 3, 1).flatten(1).contiguous())
        self.register_buffer("second_bias", up[3].bias.detach().repeat(4))

    def forward(self, attended_tokens: Tensor, mask_weights: Tensor) -> Tensor:
        count, s = attended_tokens.shape[0], self.size
        x = torch.addmm(self.first_bias, attended_tokens.flatten(0, 1), self.first)
        x = x.reshape(count, s * s * 4, -1)
        x = self.activation(F.layer_norm(x, (self.channels,), self.norm.weight, self.norm.bias, self.norm.eps))
        x = self.activation(x @ self.second + self.second_bias).reshape(count, s * s * 16, -1)
        masks = mask_weights @ x.transpose(1, 2)
        # Cells come nested: row, column, half row, half column, quarter row, quarter column.
        masks = masks.reshape(count, -1, s, s, 2, 2, 2, 2).permute(0, 1, 2, 4, 6, 3, 5, 7)
        return masks.reshape(count, -1, 4 * s, 4 * s)
