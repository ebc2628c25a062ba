"""Image encoder: convolutional stem at strides 2, 4, 8, 16, attention on the 16-px tokens, neck and texture head.

There is no table of absolute positions: height and width are any multiples of 16.
"""

import torch
import torch.nn.functional as F
from torch import nn

from .blocks import ChannelNorm, Residual, SelfAttentionBlock

STRIDE = 16
TOKEN_STRIDE = 8
VIEW_WINDOW = 15  # pixels


def views(image: torch.Tensor) -> torch.Tensor:
    """Three views of the grey image (batch, 1, h, w) in [0, 1]: linear, locally normalised, logarithm of the local mean."""

    def local_mean(x):
        return F.avg_pool2d(x, VIEW_WINDOW, 1, VIEW_WINDOW // 2, count_include_pad=False)

    mean = local_mean(image)
    deviation = (local_mean((image - mean) ** 2) + 1e-4).sqrt()
    return torch.cat([image * 2 - 1, (image - mean) / (2 * deviation), (mean + 0.02).log() / 2 + 0.7], 1)


class ImageEncoder(nn.Module):
    """(batch, 1, h, w) to image embeddings at stride 16, stem features at strides 8 and 4, texture tokens at stride 8."""

    def __init__(self, width=160, blocks=4, heads=5, embedding=128, high_8=48, high_4=32, token=32):
        super().__init__()
        self.settings = dict(width=width, blocks=blocks, heads=heads, embedding=embedding, high_8=high_8, high_4=high_4, token=token)
        self.stem = nn.Sequential(nn.Conv2d(3, 24, 5, 2, 2, bias=False), nn.BatchNorm2d(24), nn.ReLU())
        self.to_4, self.to_8, self.to_16 = Residual(24, 48, 2), Residual(48, 80, 2), Residual(80, width, 2)
        self.position = nn.Conv2d(width, width, 3, 1, 1, groups=width)
        self.blocks = nn.ModuleList([SelfAttentionBlock(width, heads) for _ in range(blocks)])
        self.lateral = nn.Conv2d(80, width, 1)
        self.fuse = Residual(width, 96)
        self.token_head = nn.Conv2d(96, token, 1)
        self.coarse_token_head = nn.Conv2d(width, token, 1)
        self.neck = nn.Sequential(nn.Conv2d(width, embedding, 1, bias=False), ChannelNorm(embedding))
        self.high_8 = nn.Conv2d(96, high_8, 1)
        self.high_4 = nn.Conv2d(48, high_4, 1)

    def features(self, image):
        """Raw features at strides 4, 8 (fused) and 16."""
        at_4 = self.to_4(self.stem(views(image)))
        at_8 = self.to_8(at_4)
        at_16 = self.to_16(at_8)
        at_16 = at_16 + self.position(at_16)
        batch, width, height, breadth = at_16.shape
        tokens = at_16.flatten(2).transpose(1, 2)
        for block in self.blocks:
            tokens = block(tokens)
        at_16 = tokens.transpose(1, 2).reshape(batch, width, height, breadth)
        raised = F.interpolate(at_16, scale_factor=2.0, mode="bilinear", align_corners=False)
        return at_4, self.fuse(raised + self.lateral(at_8)), at_16

    def forward(self, image):
        """image_embeddings, high_res_features_8, high_res_features_4, texture_tokens."""
        at_4, at_8, at_16 = self.features(image)
        tokens = F.normalize(self.token_head(at_8), dim=1)
        return self.neck(at_16), self.high_8(at_8), self.high_4(at_4), tokens

    def affinity_tokens(self, image):
        """L2-normalised tokens at strides 16 and 8, for training the encoder alone."""
        _, at_8, at_16 = self.features(image)
        return F.normalize(self.coarse_token_head(at_16), dim=1), F.normalize(self.token_head(at_8), dim=1)
