"""ONNX export with parity check, and the manifest of models/.

python -m sam_i_am_models.export --sam runs/sam.pt --texture runs/texture.pt --models ../models
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from .architectures import ImageEncoder, MaskDecoder, MaterialHead, TextureEncoder
from .architectures.image_encoder import TOKEN_STRIDE, EncoderSettings
from .architectures.mask_decoder import MASK_STRIDE, STRIDE, DecoderSettings
from .architectures.material_head import material_tokens
from .exported_decoder import ExportedDecoder
from .prompts import no_mask

OPSET = 17
TOLERANCE = 1e-4
FEATURE_STRIDES = {
    "image_embeddings": 32,
    "high_res_features_16": 16,
    "high_res_features_8": 8,
    "texture_tokens": 8,
    "outlines": 8,
}
EMBEDDING_NAMES = list(FEATURE_STRIDES)
MATERIAL_TOKENS = "material_tokens"
TOKEN_SHARE = 0.25  # of the squared length of a material token


def load_sam(path: Path | None = None) -> tuple[ImageEncoder, MaskDecoder]:
    """(encoder, decoder) in evaluation mode from a checkpoint of the recipe, or untrained."""
    state = torch.load(path, map_location="cpu", weights_only=True) if path else {}
    encoder, decoder = (
        ImageEncoder(EncoderSettings(**state.get("encoder_settings", {}))),
        MaskDecoder(DecoderSettings(**state.get("decoder_settings", {}))),
    )
    if path:
        encoder.load_state_dict(state["encoder"])
        decoder.load_state_dict(state["decoder"])
    return encoder.eval(), decoder.eval()


def load_head(path: Path) -> MaterialHead:
    """The material head of a checkpoint, in evaluation mode."""
    head = MaterialHead()
    head.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["materials"])
    return head.eval()


class SeeingEncoder(nn.Module):
    """The encoder with a material head: one output more, `material_tokens`."""

    def __init__(self, encoder: ImageEncoder, head: MaterialHead) -> None:
        super().__init__()
        self.encoder, self.head = encoder, head

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
        features = self.encoder.features(image)
        found = self.encoder.heads(*features)
        tokens, outlines = found[3:]
        logits = self.head(*self.head.inputs(image, *features, tokens, outlines))
        return *found, material_tokens(logits, tokens, TOKEN_SHARE)


def load_texture(path: Path | None = None) -> TextureEncoder:
    net = TextureEncoder()
    if path:
        net.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["texture"])
    return net.eval()


def _export(
    net: nn.Module,
    arguments: tuple[Tensor, ...],
    target: Path,
    inputs: list[str],
    outputs: list[str],
    axes: dict[str, dict[int, str]],
) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        torch.onnx.export(
            net,
            arguments,
            str(target),
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    onnx.checker.check_model(str(target))


def _feature_axes() -> dict[str, dict[int, str]]:
    return {name: {2: f"h_{stride}", 3: f"w_{stride}"} for name, stride in FEATURE_STRIDES.items()}


def export_encoder(encoder: ImageEncoder | SeeingEncoder, target: Path) -> None:
    axes = {"image": {2: "h", 3: "w"}, MATERIAL_TOKENS: {2: "h_8", 3: "w_8"}} | _feature_axes()
    outputs = [*EMBEDDING_NAMES, MATERIAL_TOKENS] if isinstance(encoder, SeeingEncoder) else EMBEDDING_NAMES
    _export(
        encoder,
        (torch.rand(1, 1, 128, 192),),
        target,
        ["image"],
        outputs,
        {name: axes[name] for name in ["image", *outputs]},
    )


def export_decoder(encoder: ImageEncoder, decoder: MaskDecoder, target: Path) -> None:
    with torch.no_grad():
        features = encoder(torch.rand(1, 1, 128, 192))
    grid = {0: "m", 2: f"h_{MASK_STRIDE}", 3: f"w_{MASK_STRIDE}"}
    axes = _feature_axes() | {
        "mask_input": grid,
        "point_coords": {0: "n", 1: "p"},
        "point_labels": {0: "n", 1: "p"},
        "iou_predictions": {0: "n"},
    }
    axes["low_res_masks"] = {0: "n", 2: f"h_{MASK_STRIDE}", 3: f"w_{MASK_STRIDE}"}
    arguments = (
        *features,
        torch.rand(2, 3, 2) * 60,
        torch.tensor([[1.0, 0.0, -1.0], [2.0, 3.0, 1.0]]),
        no_mask(features[-1]),
    )
    names = [*EMBEDDING_NAMES, "point_coords", "point_labels", "mask_input"]
    _export(ExportedDecoder(decoder), arguments, target, names, ["iou_predictions", "low_res_masks"], axes)


def export_texture(net: TextureEncoder, target: Path) -> None:
    _export(
        net, (torch.rand(2, 1, 60, 60),), target, ["crops"], ["embeddings"], {"crops": {0: "k"}, "embeddings": {0: "k"}}
    )


def session(path: Path | str) -> onnxruntime.InferenceSession:
    """A CPU session for one graph."""
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def sam_parity(encoder: ImageEncoder | SeeingEncoder, decoder: MaskDecoder, folder: Path) -> float:
    """Largest difference torch against onnxruntime over frames, prompt counts and kinds that the export did not see."""
    torch.manual_seed(1)
    run_encoder, run_decoder = session(folder / "encoder.onnx"), session(folder / "decoder.onnx")
    worst = 0.0
    for height, breadth, labels in (
        (512, 512, [[1.0]] * 5),
        (256, 416, [[2.0, 3.0], [1.0, 0.0]]),
        (128, 128, [[1.0, 1.0, 0.0, -1.0]]),
    ):
        image = torch.rand(1, 1, height, breadth)
        coords = torch.rand(len(labels), len(labels[0]), 2).sort(1).values * torch.tensor([breadth - 1.0, height - 1.0])
        with torch.no_grad():
            found = encoder(image)
            features = found[: len(EMBEDDING_NAMES)]
            earlier = torch.randn(len(labels), 1, height // MASK_STRIDE, breadth // MASK_STRIDE) * 5
            expected = [*found, *decoder(*features, coords, torch.tensor(labels), earlier)]
        got = run_encoder.run(None, {"image": image.numpy()})
        inputs = dict(
            zip(EMBEDDING_NAMES, (f.numpy() for f in features), strict=True),
            point_coords=coords.numpy(),
            point_labels=np.array(labels, np.float32),
            mask_input=earlier.numpy(),
        )
        got += run_decoder.run(None, inputs)
        worst = max(worst, *(float(np.abs(a.numpy() - b).max()) for a, b in zip(expected, got, strict=True)))
    return worst


def texture_parity(net: TextureEncoder, path: Path) -> float:
    crops = torch.rand(7, 1, 60, 60)
    with torch.no_grad():
        expected = net(crops).numpy()
    return float(np.abs(expected - session(path).run(None, {"crops": crops.numpy()})[0]).max())


def file_entry(models: Path, path: str) -> dict:
    content = (models / path).read_bytes()
    return {"path": path, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def write_manifest(models: Path, card: dict) -> None:
    """models/manifest.json from the exported files and what the recipe measured (`card`)."""
    sam, texture = card["sam"], card["texture"]
    entries = [
        {
            "id": "sam-i-am-small",
            "kind": "sam",
            "layout": "sam-i-am-split",
            "licence": "Apache-2.0",
            "description": sam["description"],
            "provenance": sam["provenance"],
            "files": {k: file_entry(models, f"sam-i-am-small/{k}.onnx") for k in ("encoder", "decoder")},
            "inputSize": sam["inputSize"],
            "embeddingStride": STRIDE,
            "maskStride": MASK_STRIDE,
            "tokenStride": TOKEN_STRIDE,
            "thresholds": {
                name: None if name.endswith("Nms") and value >= 1 else value
                for name, value in sam["thresholds"].items()
            },
        },
        {
            "id": "sam-i-am-texture",
            "kind": "texture",
            "layout": "crop-encoder",
            "licence": "Apache-2.0",
            "description": texture["description"],
            "provenance": texture["provenance"],
            "files": {"encoder": file_entry(models, "sam-i-am-texture/encoder.onnx")},
            "cropSize": 60,
            "dimensions": 64,
        },
    ]
    (models / "manifest.json").write_text(json.dumps({"models": entries}, indent=2) + "\n")


def release(
    encoder: ImageEncoder,
    decoder: MaskDecoder,
    texture: TextureEncoder,
    models: Path,
    card: dict,
    head: MaterialHead | None = None,
) -> None:
    """Export the three graphs, check parity, write the manifest.

    With a material head the encoder gives material tokens, too.
    """
    seeing = encoder if head is None else SeeingEncoder(encoder, head).eval()
    folder, crops = models / "sam-i-am-small", models / "sam-i-am-texture" / "encoder.onnx"
    export_encoder(seeing, folder / "encoder.onnx")
    export_decoder(encoder, decoder, folder / "decoder.onnx")
    export_texture(texture, crops)
    found = {"sam": sam_parity(seeing, decoder, folder), "texture": texture_parity(texture, crops)}
    print("largest difference torch - onnxruntime:", found)
    if max(found.values()) > TOLERANCE:
        raise SystemExit("parity failed")
    write_manifest(models, card)


def main() -> None:
    parser = argparse.ArgumentParser(description="Export checkpoints to ONNX, check parity, write the manifest.")
    parser.add_argument("--sam", type=Path, help="checkpoint of the small SAM; untrained without")
    parser.add_argument("--materials", type=Path, help="checkpoint of a material head; none without")
    parser.add_argument("--texture", type=Path, help="checkpoint of the texture encoder; untrained without")
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--card", type=Path, default=Path(__file__).with_name("card.json"))
    options = parser.parse_args()
    card = json.loads(options.card.read_text())
    encoder, decoder = load_sam(options.sam)
    decoder.logit_gain.fill_(card["sam"]["logitGain"])
    head = load_head(options.materials) if options.materials else None
    release(encoder, decoder, load_texture(options.texture), options.models, card, head)


if __name__ == "__main__":
    main()
