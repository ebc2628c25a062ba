"""Multi-head attention that ONNX Runtime computes tile by tile, so that no attention matrix is ever whole in memory."""

import torch
from torch.onnx import symbolic_helper


class TiledAttention(torch.autograd.Function):
    """softmax(q k') v per head, unscaled. q (b, s, heads * d), k (b, l, heads * d), v (b, l, heads * e) to (b, s, heads * e)."""

    @staticmethod
    def forward(ctx, q, k, v, heads):
        def split(x):
            return x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)

        out = torch.nn.functional.scaled_dot_product_attention(split(q), split(k), split(v), scale=1.0)
        return out.transpose(1, 2).flatten(2)

    @staticmethod
    @symbolic_helper.parse_args("v", "v", "v", "i")
    def symbolic(g, q, k, v, heads):
        out = g.op("com.microsoft::MultiHeadAttention", q, k, v, num_heads_i=heads, scale_f=1.0)
        batch, length, _ = symbolic_helper._get_tensor_sizes(q)
        width = symbolic_helper._get_tensor_sizes(v)[2]
        out.setType(v.type().with_sizes([batch, length, width]))
        return out
