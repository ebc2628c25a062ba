"""Multi-head attention in pieces, so that no attention matrix is ever whole in memory: one of ONNX Runtime's own, and
one with place terms.
"""

from typing import Any

import onnx
import torch
from onnx import parser
from torch import Tensor
from torch.onnx import symbolic_helper

DOMAIN = "sam_i_am"


class TiledAttention(torch.autograd.Function):
    """softmax(q k') v per head, unscaled. q (b, s, heads * d), k (b, l, heads * d), v (b, l, heads * e) to (b, s, heads
    * e).
    """

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, heads: int) -> Tensor:
        def split(x: Tensor) -> Tensor:
            return x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)

        out = torch.nn.functional.scaled_dot_product_attention(split(q), split(k), split(v), scale=1.0)
        return out.transpose(1, 2).flatten(2)

    @staticmethod
    @symbolic_helper.parse_args("v", "v", "v", "i")
    def symbolic(g: Any, q: Any, k: Any, v: Any, heads: int) -> Any:
        out = g.op("com.microsoft::MultiHeadAttention", q, k, v, num_heads_i=heads, scale_f=1.0)
        batch, length, _ = symbolic_helper._get_tensor_sizes(q)
        width = symbolic_helper._get_tensor_sizes(v)[2]
        out.setType(v.type().with_sizes([batch, length, width]))
        return out


class PlacedAttention(torch.autograd.Function):
    """softmax(q k' + place terms) v over a square of s * s cells, unscaled.

    q, k and v are (heads, s * s, d); rows and columns (heads, s * s, s) hold what a query adds for the row and the
    column of a key.
    """

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        side = rows.shape[-1]
        tiles = []
        for tile in torch.arange(side**2).split(side):
            scores = (q[:, tile] @ k.transpose(1, 2)).reshape(-1, side, side, side)
            scores = scores + rows[:, tile, :, None] + columns[:, tile, None]
            tiles.append(torch.softmax(scores.flatten(2), -1) @ v)
        return torch.cat(tiles, 1)

    @staticmethod
    def symbolic(g: Any, q: Any, k: Any, v: Any, rows: Any, columns: Any) -> Any:
        width, side = (symbolic_helper._get_tensor_sizes(x)[-1] for x in (v, rows))
        return g.op(f"{DOMAIN}::PlacedAttention", q, k, v, rows, columns, width_i=width, side_i=side).setType(v.type())


def define_placed_attention(model: onnx.ModelProto) -> None:
    """Adds the body of `PlacedAttention` to a model that calls it: the scores of one head and one row of queries at a
    time (1 MB at s = 64).
    """
    sizes = {tuple(sorted((a.name, a.i) for a in node.attribute)) for node in model.graph.node if node.domain == DOMAIN}
    if not sizes:
        return
    (known,) = map(dict, sizes)
    width, side = known["width"], known["side"]
    cells = side * side
    flat, terms = f"float[{cells}, {width}]", f"float[{cells}, {side}]"
    body = f"""
        <domain: "{DOMAIN}", opset_import: ["": {_opset(model)}]>
        PlacedAttention <width, side> (q, k, v, rows, columns) => (out) {{
          tiles = Constant <value = int64[3] {{{side}, {side}, {width}}}> ()
          along = Constant <value = int64[4] {{{side}, {side}, {side}, 1}}> ()
          across = Constant <value = int64[4] {{{side}, {side}, 1, {side}}}> ()
          square = Constant <value = int64[3] {{{side}, {side}, {side}}}> ()
          line = Constant <value = int64[2] {{{side}, {cells}}}> ()
          whole = Constant <value = int64[2] {{{cells}, {width}}}> ()
          out = Scan <num_scan_inputs = 5, body =
            head ({flat} q1, {flat} k1, {flat} v1, {terms} r1, {terms} c1) => ({flat} o1) {{
            keys = Transpose <perm = [1, 0]> (k1)
            q2 = Reshape (q1, tiles)
            r2 = Reshape (r1, along)
            c2 = Reshape (c1, across)
            o2 = Scan <num_scan_inputs = 3, body =
              tile (float[{side}, {width}] q3, float[{side}, {side}, 1] r3, float[{side}, 1, {side}] c3)
              => (float[{side}, {width}] o3) {{
              plain = MatMul (q3, keys)
              squares = Reshape (plain, square)
              with_rows = Add (squares, r3)
              with_both = Add (with_rows, c3)
              scores = Reshape (with_both, line)
              weights = Softmax <axis = -1> (scores)
              o3 = MatMul (weights, v1)
            }}> (q2, r2, c2)
            o1 = Reshape (o2, whole)
          }}> (q, k, v, rows, columns)
        }}
    """
    model.functions.append(parser.parse_function(body))


def _opset(model: onnx.ModelProto) -> int:
    return next(entry.version for entry in model.opset_import if entry.domain == "")
