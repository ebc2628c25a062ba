"""SAM's image encoder, rearranged without changing its result.

Meta's attention adds two decomposed position terms to a whole attention matrix (0.8 GB a buffer at 1024 x 1024 for
ViT-B). In global attention the terms are added tile by tile (`PlacedAttention`). In windows they become extra
dimensions: q is extended by its products with the row and column tables, k by one-hot rows and columns, and their
scalar product is the same sum. For few cells that is cheaper; for 64 x 64 the extra dimensions would be as much work
again as the attention itself.
"""

import torch
from segment_anything.modeling import ImageEncoderViT
from segment_anything.modeling.image_encoder import get_rel_pos
from torch import Tensor, nn

from .attention import PlacedAttention, TiledAttention


def one_hot_places(size: int) -> torch.Tensor:
    """(size * size, 2 * size): for each cell of a square grid its row and its column, one-hot."""
    eye = torch.eye(size)
    rows = eye[:, None].expand(size, size, size)
    columns = eye[None].expand(size, size, size)
    return torch.cat([rows, columns], -1).reshape(size * size, 2 * size)


class PlainAttention(nn.Module):
    """The attention of one block over square grids of `size` cells a side (a window, or the whole image), up to its
    last projection.
    """

    def __init__(self, source: nn.Module, size: int, tiled: bool) -> None:
        super().__init__()
        self.heads, self.size, self.scale = source.num_heads, size, source.scale
        self.has_places = source.use_rel_pos
        self.tiled = tiled and self.has_places
        if self.has_places:
            self.register_buffer(
                "rows", get_rel_pos(size, size, source.rel_pos_h).detach().transpose(1, 2).contiguous()
            )
            self.register_buffer(
                "columns", get_rel_pos(size, size, source.rel_pos_w).detach().transpose(1, 2).contiguous()
            )
            self.register_buffer("places", one_hot_places(size))

    def forward(self, qkv: Tensor) -> Tensor:
        """qkv (b, size, size, 3 * width) to (b, size, size, width)."""
        out = self._tile_by_tile(qkv) if self.tiled else self._with_extra_dimensions(qkv)
        return out.reshape(qkv.shape[0], self.size, self.size, -1)

    def _tile_by_tile(self, qkv: Tensor) -> Tensor:
        """Of one image: (1, size, size, 3 * width)."""
        size, cells = self.size, self.size**2
        q, k, v = qkv.reshape(cells, 3, self.heads, -1).permute(1, 2, 0, 3).unbind(0)
        grid = q.reshape(self.heads, size, size, -1)
        by_row = (grid @ self.rows).reshape(self.heads, cells, size)
        by_column = (grid.transpose(1, 2) @ self.columns).transpose(1, 2).reshape(self.heads, cells, size)
        return PlacedAttention.apply(q * self.scale, k, v, by_row, by_column).transpose(0, 1)

    def _with_extra_dimensions(self, qkv: Tensor) -> Tensor:
        batch, size, heads = qkv.shape[0], self.size, self.heads
        q, k, v = qkv.reshape(batch, size * size, 3, heads, -1).unbind(2)
        queries, keys = q * self.scale, k
        if self.has_places:
            grid = q.reshape(batch, size, size, heads, -1)
            # Row tables differ from row to row, column tables from column to column: a batched product over each.
            by_row = grid.reshape(batch, size, size * heads, -1) @ self.rows
            across = grid.transpose(1, 2).reshape(batch, size, size * heads, -1) @ self.columns
            by_column = across.reshape(batch, size, size, heads, -1).transpose(1, 2)
            terms = torch.cat(
                [by_row.reshape(batch, size * size, heads, -1), by_column.reshape(batch, size * size, heads, -1)], -1
            )
            queries = torch.cat([queries, terms], -1)
            keys = torch.cat([k, self.places[None, :, None].expand(batch, -1, heads, -1)], -1)
        return TiledAttention.apply(queries.flatten(2), keys.flatten(2), v.flatten(2), heads)


class Block(nn.Module):
    """One transformer block.

    Windows are padded after the qkv projection: a padded cell is the projection's bias, as in Meta's order.
    """

    def __init__(self, source: nn.Module, grid: int) -> None:
        super().__init__()
        self.norm1, self.norm2, self.mlp = source.norm1, source.norm2, source.mlp
        self.qkv, self.window, self.grid = source.attn.qkv, source.window_size, grid
        self.attention, self.proj = (
            PlainAttention(source.attn, source.window_size or grid, tiled=not source.window_size),
            source.attn.proj,
        )

    def forward(self, x: Tensor) -> Tensor:
        qkv = self.qkv(self.norm1(x))
        x = x + self.proj(self._windowed(qkv) if self.window else self.attention(qkv))
        return x + self.mlp(self.norm2(x))

    def _windowed(self, qkv: Tensor) -> Tensor:
        batch, grid, window = qkv.shape[0], self.grid, self.window
        missing = -grid % window
        if missing:
            bias = self.qkv.bias if self.qkv.bias is not None else torch.zeros(qkv.shape[-1])
            qkv = torch.cat([qkv, bias.expand(batch, grid, missing, -1)], 2)
            qkv = torch.cat([qkv, bias.expand(batch, missing, grid + missing, -1)], 1)
        count = (grid + missing) // window
        qkv = (
            qkv.reshape(batch, count, window, count, window, -1)
            .transpose(2, 3)
            .reshape(batch * count * count, window, window, -1)
        )
        out = self.attention(qkv)
        out = (
            out.reshape(batch, count, count, window, window, -1)
            .transpose(2, 3)
            .reshape(batch, grid + missing, grid + missing, -1)
        )
        return out[:, :grid, :grid]


class PlainEncoder(nn.Module):
    """`ImageEncoderViT` with tiled attention: (1, 3, s, s) normalised and padded to (1, c, s / 16, s / 16)."""

    def __init__(self, source: ImageEncoderViT) -> None:
        super().__init__()
        self.patch_embed, self.neck = source.patch_embed, source.neck
        self.register_buffer("pos_embed", None if source.pos_embed is None else source.pos_embed.detach())
        grid = source.img_size // source.patch_embed.proj.stride[0]
        self.blocks = nn.ModuleList([Block(block, grid) for block in source.blocks])

    def forward(self, input_image: Tensor) -> Tensor:
        x = self.patch_embed(input_image)
        if self.pos_embed is not None:
            x = x + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return self.neck(x.permute(0, 3, 1, 2))


def exportable_encoder(encoder: nn.Module) -> nn.Module:
    """The encoder in the form that is exported; MobileSAM's small one is exported as it is."""
    return PlainEncoder(encoder) if isinstance(encoder, ImageEncoderViT) else encoder
