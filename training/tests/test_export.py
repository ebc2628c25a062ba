"""Export: graphs of tiny random networks give in onnxruntime what the networks give, and the manifest is true."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from sam_i_am_models import export
from sam_i_am_models.architectures import ImageEncoder, MaskDecoder, TextureEncoder
from sam_i_am_models.architectures.image_encoder import EncoderSettings
from sam_i_am_models.architectures.mask_decoder import DecoderSettings
from sam_i_am_models.prompts import no_mask

CARD = json.loads(Path(export.__file__).with_name("card.json").read_text())


@pytest.fixture(scope="module")
def nets() -> tuple[ImageEncoder, MaskDecoder, TextureEncoder]:
    """Networks of one block, with random weights where training starts from zeros."""
    torch.manual_seed(0)
    encoder = ImageEncoder(EncoderSettings(stem=(8, 8, 16, 16), width=24, blocks=1, heads=2, embedding=16, deeper=0))
    decoder = MaskDecoder(DecoderSettings(width=16, heads=2, blocks=1, channels_16=8, channels_8=8))
    texture = TextureEncoder()
    for net in (encoder, decoder, texture):
        for weight in net.parameters():
            weight.data += 0.02 * torch.randn_like(weight)
    return encoder.eval(), decoder.eval(), texture.eval()


@pytest.fixture(scope="module")
def released(nets: tuple[ImageEncoder, MaskDecoder, TextureEncoder], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `models/`, written by `release`, which ends in an error where a graph differs from its network."""
    folder = tmp_path_factory.mktemp("models")
    export.release(*nets, folder, CARD)
    return folder


def test_graphs_give_what_the_networks_give(
    nets: tuple[ImageEncoder, MaskDecoder, TextureEncoder], released: Path
) -> None:
    encoder, decoder, texture = nets
    assert export.sam_parity(encoder, decoder, released / "sam-i-am-small") < export.TOLERANCE
    assert export.texture_parity(texture, released / "sam-i-am-texture/encoder.onnx") < export.TOLERANCE


def test_another_network_is_told_from_the_graph(released: Path) -> None:
    torch.manual_seed(9)
    assert export.texture_parity(TextureEncoder().eval(), released / "sam-i-am-texture/encoder.onnx") > 1e-2


@pytest.mark.parametrize(("height", "width"), [(64, 64), (96, 160)])
def test_the_encoder_takes_any_frame_of_whole_cells(released: Path, height: int, width: int) -> None:
    run = export.session(released / "sam-i-am-small/encoder.onnx")
    found = run.run(None, {"image": np.random.default_rng(0).random((1, 1, height, width), dtype=np.float32)})
    for name, tensor in zip(export.EMBEDDING_NAMES, found, strict=True):
        stride = export.FEATURE_STRIDES[name]
        assert tensor.shape[-2:] == (height // stride, width // stride)


def test_the_decoder_takes_any_number_of_prompts_and_points(
    nets: tuple[ImageEncoder, MaskDecoder, TextureEncoder], released: Path
) -> None:
    encoder, decoder, _ = nets
    with torch.no_grad():
        features = encoder(torch.rand(1, 1, 64, 96))
    run = export.session(released / "sam-i-am-small/decoder.onnx")
    for count, points in ((1, 1), (3, 2)):
        prompts = (torch.rand(count, points, 2) * 60, torch.ones(count, points), no_mask(features[-1]))
        names = [*export.EMBEDDING_NAMES, "point_coords", "point_labels", "mask_input"]
        given = {name: tensor.numpy() for name, tensor in zip(names, (*features, *prompts), strict=True)}
        iou, masks = run.run(None, given)
        with torch.no_grad():
            expected_iou, expected_masks = decoder(*features, *prompts)
        assert iou.shape == (count, 3) and masks.shape == (count, 3, 8, 12)
        assert np.allclose(iou, expected_iou, atol=1e-4) and np.allclose(masks, expected_masks, atol=1e-3)


def test_graphs_are_of_the_opset_that_is_promised(released: Path) -> None:
    for path in released.rglob("*.onnx"):
        assert {own.version for own in onnx.load(path).opset_import if own.domain == ""} == {export.OPSET}


def test_the_manifest_holds_digests_and_thresholds(released: Path) -> None:
    sam, texture = json.loads((released / "manifest.json").read_text())["models"]
    for entry in (*sam["files"].values(), *texture["files"].values()):
        content = (released / entry["path"]).read_bytes()
        assert entry["bytes"] == len(content) and entry["sha256"] == hashlib.sha256(content).hexdigest()
    assert sam["thresholds"]["boxNms"] is None and sam["thresholds"]["maskNms"] == CARD["sam"]["thresholds"]["maskNms"]
    assert texture["cropSize"] == 60 and texture["dimensions"] == 64


def test_a_checkpoint_says_how_large_its_networks_are(
    nets: tuple[ImageEncoder, MaskDecoder, TextureEncoder], tmp_path: Path
) -> None:
    encoder, decoder, _ = nets
    state = dict(encoder=encoder.state_dict(), decoder=decoder.state_dict())
    torch.save(state | dict(encoder_settings=encoder.settings, decoder_settings=decoder.settings), tmp_path / "sam.pt")
    again, _ = export.load_sam(tmp_path / "sam.pt")
    image = torch.rand(1, 1, 64, 64)
    with torch.no_grad():
        assert all(torch.equal(a, b) for a, b in zip(encoder(image), again(image), strict=True))
