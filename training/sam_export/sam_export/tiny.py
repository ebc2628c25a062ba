"""Small SAMs of the real architecture with seeded random weights: for tests and fixtures.

Weights are drawn so that masks are smooth and differ from prompt to prompt, and scores spread: an untrained network as
it comes gives flat noise, on which nothing could be told apart.
"""

import math
from collections.abc import Callable
from functools import partial

import torch
from segment_anything.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, Sam, TwoWayTransformer
from torch import Tensor, nn

SHARPNESS = 2.5
PIXEL_MEAN, PIXEL_STD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]


def tiny_sam(seed: int = 19, side: int = 128, width: int = 24, encoder_width: int = 16, depth: int = 2) -> Sam:
    """A SAM of input size `side` with windowed and global attention, and seeded weights."""
    grid = side // 16
    encoder = ImageEncoderViT(
        img_size=side,
        embed_dim=encoder_width,
        depth=depth,
        num_heads=4,
        mlp_ratio=2,
        out_chans=width,
        use_rel_pos=True,
        window_size=6,
        global_attn_indexes=(depth - 1,),
        norm_layer=partial(nn.LayerNorm, eps=1e-6),
    )
    prompts = PromptEncoder(width, (grid, grid), (side, side), 8)
    transformer = TwoWayTransformer(depth=2, embedding_dim=width, num_heads=4, mlp_dim=4 * width)
    decoder = MaskDecoder(
        transformer_dim=width,
        transformer=transformer,
        num_multimask_outputs=3,
        iou_head_depth=2,
        iou_head_hidden_dim=width,
    )
    return randomise(Sam(encoder, prompts, decoder, PIXEL_MEAN, PIXEL_STD), seed)


@torch.no_grad()
def randomise(sam: Sam, seed: int, mask_scale: float = 100.0, iou_spread: float = 0.2) -> Sam:
    """Seeded weights for every tensor; masks smooth over several cells, predicted IoUs around 0.9."""
    generator = torch.Generator().manual_seed(seed)

    def noise(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator)

    for name, tensor in sam.named_parameters():
        if name.endswith("pos_embed"):
            tensor.copy_(_smooth_map(tensor.shape, noise))
        elif "rel_pos" in name:
            tensor.copy_(0.3 * noise(*tensor.shape))
        elif tensor.dim() > 1:
            fan_in = tensor[0].numel() if "upscaling" not in name else tensor.shape[0]
            tensor.copy_(noise(*tensor.shape) / math.sqrt(fan_in))
        elif name.endswith("bias"):
            tensor.copy_(0.1 * noise(*tensor.shape))
    # Sharp attention: else every prompt of an untrained network gets nearly the same masks.
    for name, tensor in sam.mask_decoder.transformer.named_parameters():
        if ("q_proj.weight" in name or "k_proj.weight" in name) and ("cross" in name or "final" in name):
            tensor.mul_(SHARPNESS)
    sam.prompt_encoder.pe_layer.positional_encoding_gaussian_matrix.copy_(noise(2, sam.prompt_encoder.embed_dim // 2))
    # Equal kernels at all four places of an up-scaled cell, nearly: masks without a raster.
    for layer in (sam.mask_decoder.output_upscaling[0], sam.mask_decoder.output_upscaling[3]):
        weight = layer.weight
        weight.copy_(0.9 * weight.mean((2, 3), keepdim=True) * 2 + 0.1 * weight)
    for head in sam.mask_decoder.output_hypernetworks_mlps:
        head.layers[-1].weight.mul_(mask_scale)
        head.layers[-1].bias.mul_(mask_scale)
    last = sam.mask_decoder.iou_prediction_head.layers[-1]
    last.weight.mul_(iou_spread)
    last.bias.copy_(0.9 + 0.02 * noise(*last.bias.shape))
    return sam.eval()


def _smooth_map(shape: tuple[int, ...], noise: Callable[..., Tensor]) -> torch.Tensor:
    """(1, h, w, c): a few low frequencies per channel."""
    _, height, breadth, width = shape
    coarse = noise(1, width, 4, 4)
    return 1.5 * nn.functional.interpolate(coarse, (height, breadth), mode="bicubic", align_corners=True).permute(
        0, 2, 3, 1
    )
