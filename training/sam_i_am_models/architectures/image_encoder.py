"""Image encoder: convolutional stem at strides 2 to 32, attention on the 32-px tokens, a top-down path back to stride
8.

There is no table of absolute positions: height and width are any multiples of 32. All strides are in pixels of the
input.
"""

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import ChannelNorm, Residual, SelfAttentionBlock

EMBEDDING_STRIDE = 32
HIGH_STRIDES = (16, 8)
TOKEN_STRIDE = 8
VIEW_CELL = 4  # pixels; local statistics are taken on cells of this size, over VIEW_CELLS x VIEW_CELLS of them
VIEW_CELLS = 7


def views(image: torch.Tensor) -> torch.Tensor:
    """Three views of the grey image (batch, 1, h, w) in [0, 1]: linear, locally normalised, logarithm of the local
    mean.
    """

    def local(x: Tensor) -> Tensor:
        return F.avg_pool2d(x, VIEW_CELLS, 1, VIEW_CELLS // 2, count_include_pad=False)

    mean = local(F.avg_pool2d(image, VIEW_CELL))
    square = local(F.avg_pool2d(image * image, VIEW_CELL))
    deviation = ((square - mean * mean).clamp(min=0) + 1e-4).sqrt()
    dark = (mean + 0.02).log() / 2 + 0.7
    mean, scale, dark = F.interpolate(
        torch.cat([mean, 0.5 / deviation, dark], 1), scale_factor=float(VIEW_CELL), mode="bilinear", align_corners=False
    ).split(1, 1)
    return torch.cat([image * 2 - 1, (image - mean) * scale, dark], 1)


@dataclass(frozen=True)
class EncoderSettings:
    """Channels and depth of the image encoder; the defaults are those of the released weights."""

    stem: tuple[int, ...] = (24, 48, 96, 160)  # channels at strides 2, 4, 8 and 16
    width: int = 192
    blocks: int = 8
    heads: int = 6
    embedding: int = 96
    high_16: int = 32
    high_8: int = 16
    token: int = 32
    deeper: int = 1  # residual blocks more at stride 16


class ImageEncoder(nn.Module):
    """(batch, 1, h, w) to what the decoder reads and what the booster reads (see `forward`)."""

    def __init__(self, settings: EncoderSettings | None = None) -> None:
        super().__init__()
        own = settings or EncoderSettings()
        self.settings = asdict(own)
        width, embedding, token = own.width, own.embedding, own.token
        at_2, at_4, at_8, at_16 = own.stem
        self.stem = nn.Sequential(nn.Conv2d(3, at_2, 5, 2, 2, bias=False), nn.BatchNorm2d(at_2), nn.ReLU())
        self.to_4, self.to_8, self.to_16 = Residual(at_2, at_4, 2), Residual(at_4, at_8, 2), Residual(at_8, at_16, 2)
        self.deeper = nn.Sequential(*[Residual(at_16, at_16) for _ in range(own.deeper)])
        for block in self.deeper:
            assert isinstance(block, Residual)
            nn.init.zeros_(block.second_norm.weight)  # starts as the identity
        self.to_32 = Residual(at_16, width, 2)
        self.position = nn.Conv2d(width, width, 3, 1, 1, groups=width)
        self.blocks = nn.ModuleList([SelfAttentionBlock(width, own.heads) for _ in range(own.blocks)])
        self.lateral_16, self.fuse_16 = nn.Conv2d(at_16, width, 1), Residual(width, 96)
        self.lateral_8, self.fuse_8 = nn.Conv2d(at_8, 96, 1), Residual(96, 64)
        self.token_heads = nn.ModuleList([nn.Conv2d(channels, token, 1) for channels in (width, 96, 64)])
        self.outline_head = nn.Sequential(nn.Conv2d(64, 32, 3, 1, 1), nn.ReLU(), nn.Conv2d(32, 2, 1))
        self.neck = nn.Sequential(nn.Conv2d(width, embedding, 1, bias=False), ChannelNorm(embedding))
        self.high_16, self.high_8 = nn.Conv2d(96, own.high_16, 1), nn.Conv2d(64, own.high_8, 1)

    def features(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Raw features at strides 32, 16 and 8."""
        at_4 = self.to_4(self.stem(views(image)))
        at_8 = self.to_8(at_4)
        at_16 = self.deeper(self.to_16(at_8))
        at_32 = self.to_32(at_16)
        at_32 = at_32 + self.position(at_32)
        batch, width, height, breadth = at_32.shape
        tokens = at_32.flatten(2).transpose(1, 2)
        for block in self.blocks:
            tokens = block(tokens)
        at_32 = tokens.transpose(1, 2).reshape(batch, width, height, breadth)
        at_16 = self.fuse_16(_raise(at_32) + self.lateral_16(at_16))
        return at_32, at_16, self.fuse_8(_raise(at_16) + self.lateral_8(at_8))

    def heads(self, at_32: Tensor, at_16: Tensor, at_8: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """image_embeddings at stride 32; high_res_features_16 and _8; texture_tokens (unit length) at stride 8;
        outlines at stride 8.

        Outlines: probability of an outline between materials, and of any outline (of parts too) in the cell.
        """
        tokens = F.normalize(self.token_heads[2](at_8), dim=1)
        return self.neck(at_32), self.high_16(at_16), self.high_8(at_8), tokens, torch.sigmoid(self.outline_head(at_8))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        return self.heads(*self.features(image))

    def dense(self, image: Tensor) -> tuple[list[Tensor], Tensor]:
        """For training the encoder alone: unit tokens at strides 32, 16 and 8, and logits of the outlines."""
        features = self.features(image)
        tokens = [F.normalize(head(x), dim=1) for head, x in zip(self.token_heads, features, strict=True)]
        return tokens, self.outline_head(features[2])


def _raise(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
