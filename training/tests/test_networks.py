"""Networks: shapes at any frame size, the similarity start, reach only along connected paths, export parity."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from sam_i_am_models import export
from sam_i_am_models.architectures import FractalTextureEncoder, ImageEncoder, MaskDecoder, MaterialHead, TextureEncoder
from sam_i_am_models.architectures.fractal_texture import FractalPooling, slope
from sam_i_am_models.architectures.mask_decoder import DecoderSettings
from sam_i_am_models.architectures.material_head import QUERIES, typical_places
from sam_i_am_models.architectures.prompt_encoder import PromptEncoder, reachable
from sam_i_am_models.exported_decoder import ExportedDecoder
from sam_i_am_models.prompts import no_mask


@pytest.fixture(scope="module")
def sam() -> tuple[ImageEncoder, MaskDecoder]:
    torch.manual_seed(0)
    return ImageEncoder().eval(), MaskDecoder().eval()


@pytest.mark.parametrize("height,width", [(128, 128), (96, 160)])
def test_shapes(sam: tuple[ImageEncoder, MaskDecoder], height: int, width: int) -> None:
    encoder, decoder = sam
    with torch.no_grad():
        embeddings, high_16, high_8, tokens, outlines = features = encoder(torch.rand(1, 1, height, width))
        iou, masks = decoder(*features, torch.tensor([[[5.0, 9.0]]] * 3), torch.ones(3, 1), no_mask(outlines))
    assert embeddings.shape[2:] == (height // 32, width // 32)
    assert high_16.shape[2:] == (height // 16, width // 16)
    assert high_8.shape[2:] == tokens.shape[2:] == outlines.shape[2:] == masks.shape[2:] == (height // 8, width // 8)
    assert torch.allclose(tokens.norm(dim=1), torch.ones(()), atol=1e-5)
    assert outlines.min() >= 0 and outlines.max() <= 1
    assert iou.shape == (3, 3) and masks.shape[:2] == (3, 3)


def test_reach_stops_at_a_wall() -> None:
    similarity = torch.ones(1, 1, 16, 16)
    similarity[..., 6:10] = -0.5
    seeds = torch.zeros(1, 1, 16, 16)
    seeds[0, 0, 3, 2] = 1
    reach = reachable(similarity, seeds)
    assert reach[..., :6].min() == 1
    assert reach[..., 10:].max() <= -0.5


def _two_textures() -> Tensor:
    tokens = torch.zeros(1, 4, 32, 32)
    tokens[:, 0, :, :16] = 1
    tokens[:, 1, :, 16:] = 1
    return tokens


def _features(tokens: Tensor, outlines: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    return torch.zeros(1, 96, 8, 8), torch.zeros(1, 32, 16, 16), torch.zeros(1, 16, 32, 32), tokens, outlines


def test_untrained_decoder_gives_the_region_under_the_point() -> None:
    torch.manual_seed(1)
    decoder = MaskDecoder(DecoderSettings(token=4)).eval()
    features = _features(_two_textures(), torch.zeros(1, 2, 32, 32))
    with torch.no_grad():
        _, masks = decoder(
            *features, torch.tensor([[[40.0, 120.0]], [[200.0, 120.0]]]), torch.ones(2, 1), no_mask(features[-1])
        )
    assert ((masks[0] > 0)[..., :15].float().mean() > 0.95) and ((masks[0] > 0)[..., 17:].float().mean() < 0.05)
    assert (masks[1] > 0)[..., 17:].float().mean() > 0.95


def test_an_outline_parts_one_texture() -> None:
    """An outline of parts only: the first map stops there, the second goes on."""
    outlines = torch.zeros(1, 2, 32, 32)
    outlines[:, 1, 15:17] = 1
    prompts = PromptEncoder(32, 4).eval()
    with torch.no_grad():
        _, maps = prompts(
            torch.nn.functional.normalize(torch.ones(1, 4, 32, 32), dim=1),
            outlines,
            torch.tensor([[[100.0, 40.0]]]),
            torch.ones(1, 1),
            no_mask(outlines),
        )
    similarity, piece, part = maps.fine[0, :3]
    assert similarity.min() > 0.99 and piece.min() > 0.99
    assert part[:13].min() > 0.99 and part[19:].max() < 0


def test_padding_points_add_nothing_to_the_maps() -> None:
    prompts = PromptEncoder(32, 4).eval()
    with torch.no_grad():
        _, plain = prompts(
            _two_textures(),
            torch.zeros(1, 2, 32, 32),
            torch.tensor([[[20.0, 60.0]]]),
            torch.tensor([[1.0]]),
            torch.zeros(1, 1, 32, 32),
        )
        _, padded = prompts(
            _two_textures(),
            torch.zeros(1, 2, 32, 32),
            torch.tensor([[[20.0, 60.0], [0.0, 0.0]]]),
            torch.tensor([[1.0, -1.0]]),
            torch.zeros(1, 1, 32, 32),
        )
    assert torch.allclose(plain.coarse, padded.coarse) and torch.allclose(plain.fine, padded.fine)


def test_a_box_limits_the_similarity() -> None:
    prompts = PromptEncoder(32, 4).eval()
    with torch.no_grad():
        _, maps = prompts(
            _two_textures(),
            torch.zeros(1, 2, 32, 32),
            torch.tensor([[[8.0, 8.0], [40.0, 40.0]]]),
            torch.tensor([[2.0, 3.0]]),
            torch.zeros(1, 1, 32, 32),
        )
    assert maps.coarse[0, 0, 1, 1] > 0.9 and maps.coarse[0, 0, 6, 1] < 0


@pytest.mark.parametrize("sees", [False, True])
def test_export_parity(sam: tuple[ImageEncoder, MaskDecoder], tmp_path: Path, sees: bool) -> None:
    encoder, decoder = sam
    exported = export.SeeingEncoder(encoder, _unlike_the_start(MaterialHead())).eval() if sees else encoder
    export.export_encoder(exported, tmp_path / "encoder.onnx")
    export.export_decoder(encoder, decoder, tmp_path / "decoder.onnx")
    assert export.sam_parity(exported, decoder, tmp_path) < export.TOLERANCE


def _unlike_the_start(head: MaterialHead) -> MaterialHead:
    """What starts as zero would hide what the export does with it."""
    torch.manual_seed(4)
    with torch.no_grad():
        for weight in head.parameters():
            weight.add_(torch.randn_like(weight) * 0.05)
    return head


@pytest.mark.parametrize("height,width", [(128, 128), (96, 160), (32, 32)])
def test_material_tokens_are_unit_vectors_at_any_frame_size(
    sam: tuple[ImageEncoder, MaskDecoder], height: int, width: int
) -> None:
    with torch.no_grad():
        *_, materials = export.SeeingEncoder(sam[0], MaterialHead()).eval()(torch.rand(1, 1, height, width))
    assert materials.shape == (1, QUERIES + 32, height // 8, width // 8)
    assert torch.allclose(materials.norm(dim=1), torch.ones(()), atol=1e-4)


def test_typical_places_stand_for_most_first() -> None:
    tokens = torch.zeros(1, 4, 16, 16)
    tokens[:, 0], tokens[:, :, :, 10:] = 1, 0
    tokens[:, 1, :, 10:] = 1
    first, second = typical_places(tokens)[0, :2].tolist()
    assert first % 8 < 5 and second % 8 >= 5


def test_the_exported_decoder_is_the_same_function_whatever_the_weights(sam: tuple[ImageEncoder, MaskDecoder]) -> None:
    encoder, decoder = sam
    decoder = copy.deepcopy(decoder)
    torch.manual_seed(2)
    with torch.no_grad():
        for weight in decoder.parameters():
            weight.add_(torch.randn_like(weight) * 0.1)
        features = encoder(torch.rand(1, 1, 128, 192))
        for labels in ([[1.0], [1.0], [1.0]], [[2.0, 3.0, -1.0], [1.0, 0.0, 1.0]]):
            coords = (torch.rand(len(labels), len(labels[0]), 2) * 100).sort(1).values
            arguments = (*features, coords, torch.tensor(labels), torch.randn(1, 1, 16, 24) * 5)
            expected, got = decoder(*arguments), ExportedDecoder(decoder)(*arguments)
            assert expected[1].abs().max() > 1
            for one, other in zip(expected, got, strict=True):
                assert torch.allclose(one, other, rtol=1e-4, atol=1e-4)


def test_texture_encoder(tmp_path: Path) -> None:
    net = TextureEncoder().eval()
    with torch.no_grad():
        embeddings = net(torch.rand(3, 1, 60, 60)).numpy()
    assert embeddings.shape == (3, 64) and np.allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-5)
    export.export_texture(net, tmp_path / "texture.onnx")
    assert export.texture_parity(net, tmp_path / "texture.onnx") < export.TOLERANCE


def test_prompts_on_several_frames_are_answered_as_on_each_by_itself() -> None:
    torch.manual_seed(4)
    encoder, decoder = ImageEncoder().eval(), MaskDecoder().eval()
    coords, labels = torch.rand(6, 2, 2) * 128, torch.tensor([[1.0, 0.0], [2.0, 3.0], [1.0, -1.0]] * 2)
    with torch.no_grad():
        for parameter in decoder.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
        features = encoder(torch.rand(2, 1, 128, 128))
        together = decoder(*features, coords, labels, no_mask(features[-1]))
        for frame, rows in ((0, slice(0, 3)), (1, slice(3, 6))):
            own = [f[frame : frame + 1] for f in features]
            alone = decoder(*own, coords[rows], labels[rows], no_mask(own[-1]))
            assert all(torch.allclose(a[rows], b, atol=1e-5) for a, b in zip(together, alone, strict=True))


def test_a_slope_is_the_exponent_of_a_power_law() -> None:
    sizes = (1, 2, 4, 8)
    values = torch.stack([torch.tensor([3.0 * s**1.5, s**-2.0]) for s in sizes])
    assert torch.allclose(slope(values, sizes), torch.tensor([1.5, -2.0]), atol=1e-5)


def test_fractal_pooling_sees_how_densely_a_measure_lies() -> None:
    plane = torch.ones(1, 1, 16, 16)
    line = torch.zeros(1, 1, 16, 16)
    line[..., 8, :] = 1.0
    pooling = FractalPooling(bins=8)
    plane_dimensions, line_dimensions = pooling(plane)[0], pooling(line)[0]
    # Around a place of a plane the measure grows with the square of the window: the middle bins hold all places and
    # have dimension 2.
    assert plane_dimensions.max() > 1.9
    assert (plane_dimensions - line_dimensions).abs().max() > 0.3


def test_the_fractal_texture_encoder_gives_unit_vectors() -> None:
    vectors = FractalTextureEncoder().eval()(torch.rand(3, 1, 60, 60))
    assert vectors.shape == (3, 64)
    assert torch.allclose(vectors.norm(dim=1), torch.ones(3), atol=1e-5)
