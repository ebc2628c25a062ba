"""Mask decoder: SAM's two-way transformer, started as a similarity map.

Each prompt gets the shared image embedding plus its own dense maps. The three masks are hyper-network products with
up-scaled features (stem features of strides 8 and 4 added on the way), on top of the reach map at three levels: before
any training the outputs are the connected region that looks like the prompted place, at three tolerances.
"""

import torch
import torch.nn.functional as F
from torch import nn

from .blocks import Attention, ChannelNorm, mlp
from .prompt_encoder import PromptEncoder

MASKS = 3
STRIDE = 16
START_LEVELS = (0.75, 0.5, 0.2)
START_GAIN = 8.0


class TwoWayBlock(nn.Module):
    """Tokens attend to each other, then to the image; an MLP; the image attends to the tokens."""

    def __init__(self, width, heads, skip_first_position):
        super().__init__()
        self.skip_first_position = skip_first_position
        self.own, self.to_image = Attention(width, heads), Attention(width, heads, width // 2)
        self.to_tokens = Attention(width, heads, width // 2)
        self.mlp = mlp([width, 4 * width, width])
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(4)])

    def forward(self, tokens, image, token_position, image_position):
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


class MaskDecoder(nn.Module):
    """Image tensors of one frame and n prompts to IoU predictions (n, 3) and mask logits (n, 3, h/4, w/4)."""

    def __init__(self, width=128, heads=4, blocks=2, high_8=48, high_4=32, token=32, channels_8=64, channels_4=32):
        super().__init__()
        self.settings = dict(
            width=width, heads=heads, blocks=blocks, high_8=high_8, high_4=high_4, token=token, channels_8=channels_8, channels_4=channels_4
        )
        self.prompts = PromptEncoder(width, token)
        self.dense = nn.Sequential(nn.Conv2d(PromptEncoder.MAPS, 24, 2, 2), ChannelNorm(24), nn.GELU(), nn.Conv2d(24, width, 1))
        self.output_tokens = nn.Embedding(1 + MASKS, width)
        self.blocks = nn.ModuleList([TwoWayBlock(width, heads, i == 0) for i in range(blocks)])
        self.final, self.final_norm = Attention(width, heads, width // 2), nn.LayerNorm(width)
        self.up_8 = nn.ConvTranspose2d(width, channels_8, 2, 2)
        self.skip_8, self.norm_8 = nn.Conv2d(high_8, channels_8, 1), ChannelNorm(channels_8)
        self.maps_8 = nn.Conv2d(PromptEncoder.MAPS, channels_8, 1, bias=False)
        self.up_4 = nn.ConvTranspose2d(channels_8, channels_4, 2, 2)
        self.skip_4 = nn.Conv2d(high_4, channels_4, 1)
        self.hyper = nn.ModuleList([mlp([width, width, channels_4 + 1]) for _ in range(MASKS)])
        self.residual = nn.Conv2d(PromptEncoder.MAPS, MASKS, 1)
        self.iou = mlp([2 * width + 4, width, 1])
        self.register_buffer("logit_gain", torch.ones(1))
        self._start_as_similarity()

    def _start_as_similarity(self):
        for head in self.hyper:
            nn.init.normal_(head[-1].weight, std=0.02)
            nn.init.zeros_(head[-1].bias)
        with torch.no_grad():
            self.residual.weight.zero_()
            self.residual.weight[:, 1] = START_GAIN
            self.residual.bias.copy_(-START_GAIN * torch.tensor(START_LEVELS))

    def forward(self, image_embeddings, high_res_features_8, high_res_features_4, texture_tokens, point_coords, point_labels):
        sparse, maps = self.prompts(texture_tokens, point_coords, point_labels)
        count, height, breadth = sparse.shape[0], image_embeddings.shape[-2], image_embeddings.shape[-1]
        image = (image_embeddings + self.dense(maps)).flatten(2).transpose(1, 2)
        place = self.prompts.position.grid(height, breadth, STRIDE)
        start = torch.cat([self.output_tokens.weight[None].expand(count, -1, -1), sparse], 1)
        tokens = start
        for block in self.blocks:
            tokens, image = block(tokens, image, start, place)
        tokens = self.final_norm(tokens + self.final(tokens + start, image + place, image))
        image = image.transpose(1, 2).reshape(count, -1, height, breadth)
        masks = self._masks(image, high_res_features_8, high_res_features_4, tokens[:, 1 : 1 + MASKS], maps)
        iou = self._predict_iou(tokens, masks.detach(), maps.detach())
        return iou, masks * self.logit_gain

    def _masks(self, image, high_8, high_4, tokens, maps):
        """Mask logits before the export gain."""
        up = F.gelu(self.norm_8(self.up_8(image) + self.skip_8(high_8) + self.maps_8(maps)))
        up = F.gelu(self.up_4(up) + self.skip_4(high_4))
        weights = torch.stack([head(tokens[:, k]) for k, head in enumerate(self.hyper)], 1)
        flat = weights[..., :-1] @ up.flatten(2) + weights[..., -1:]
        start = F.interpolate(self.residual(maps), scale_factor=2.0, mode="bilinear", align_corners=False)
        return start + flat.reshape(start.shape)

    def _predict_iou(self, tokens, masks, maps):
        """IoU from the IoU token, the mask's token and four figures of the mask itself."""
        inside = torch.sigmoid(masks)
        area = inside.mean((-1, -2))
        sure = torch.sigmoid(4 * (masks - 1)).mean((-1, -2)) / (torch.sigmoid(4 * (masks + 1)).mean((-1, -2)) + 1e-4)
        at_8 = F.avg_pool2d(inside, 2)
        mass = at_8.sum((-1, -2)) + 1e-3
        likeness = [(at_8 * maps[:, k : k + 1]).sum((-1, -2)) / mass for k in (0, 1)]
        figures = torch.stack([area, sure, *likeness], -1)
        general = tokens[:, :1].expand(-1, MASKS, -1)
        return torch.sigmoid(self.iou(torch.cat([general, tokens[:, 1 : 1 + MASKS], figures], -1))[..., 0])
