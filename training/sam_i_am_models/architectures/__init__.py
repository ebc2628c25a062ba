"""Networks: the image encoder, the head that sees materials, the prompt-driven mask decoder and the texture encoder."""

from .fractal_texture import FractalTextureEncoder
from .image_encoder import ImageEncoder
from .mask_decoder import MaskDecoder
from .material_head import MaterialHead
from .texture_encoder import TextureEncoder

__all__ = ["FractalTextureEncoder", "ImageEncoder", "MaskDecoder", "MaterialHead", "TextureEncoder"]
