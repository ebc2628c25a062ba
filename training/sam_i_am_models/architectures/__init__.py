"""Networks: the image encoder, the prompt-driven mask decoder and the texture encoder."""

from .image_encoder import ImageEncoder
from .mask_decoder import MaskDecoder
from .texture_encoder import TextureEncoder

__all__ = ["ImageEncoder", "MaskDecoder", "TextureEncoder"]
