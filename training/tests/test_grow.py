"""A larger network starts as the same function as the smaller one whose weights it takes over."""

from dataclasses import replace

import pytest
import torch

from sam_i_am_models.architectures import ImageEncoder
from sam_i_am_models.architectures.image_encoder import EncoderSettings
from sam_i_am_models.grow import grow

SMALL = EncoderSettings(stem=(8, 16, 24, 32), blocks=1, deeper=0)


def test_a_grown_encoder_gives_what_the_smaller_one_gave() -> None:
    torch.manual_seed(0)
    small, large = ImageEncoder(SMALL).eval(), ImageEncoder().eval()
    grow(large, small.state_dict())
    image = torch.rand(1, 1, 64, 96)
    with torch.no_grad():
        for before, after in zip(small(image), large(image), strict=True):
            assert torch.allclose(before, after, atol=1e-5)


def test_a_layer_that_the_larger_network_lacks_is_an_error() -> None:
    with pytest.raises(KeyError):
        grow(ImageEncoder(SMALL), ImageEncoder(replace(SMALL, deeper=1)).state_dict())
