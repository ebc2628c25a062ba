"""The four graphs of the layout `sam-staged`, and their parity with PyTorch."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from segment_anything.modeling import Sam
from torch import Tensor, nn

from .attention import DOMAIN, define_placed_attention
from .decoder import IMAGE_TENSORS, ImageStage, MaskStage, PromptStage
from .encoder import exportable_encoder

OPSET = 17
TOLERANCE = 1e-4
PROTOBUF_LIMIT = 1_900_000_000
GRAPHS = ("encoder", "image-stage", "prompt-stage", "mask-stage")


def export_graph(
    net: nn.Module, arguments: tuple, target: Path, inputs: list[str], outputs: list[str], axes: dict
) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # What is left of a larger graph's external weights would be taken for this one's.
    size = sum(p.numel() * p.element_size() for p in [*net.parameters(), *net.buffers()])
    if size < PROTOBUF_LIMIT:
        _trace(net, arguments, target, inputs, outputs, axes)
    else:
        _export_large(net, arguments, target, inputs, outputs, axes)


def _trace(net: nn.Module, arguments: tuple, target: Path, inputs: list[str], outputs: list[str], axes: dict) -> None:
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
            custom_opsets={"com.microsoft": 1, DOMAIN: 1},
        )
    _define_calls(target)


def _define_calls(target: Path) -> None:
    """Gives the graph the body of what it calls; weights in files beside it stay there."""
    model = onnx.load(str(target), load_external_data=False)
    define_placed_attention(model)
    onnx.save(model, str(target))


def _export_large(
    net: nn.Module, arguments: tuple, target: Path, inputs: list[str], outputs: list[str], axes: dict
) -> None:
    """Beyond protobuf's 2 GB the exporter scatters one file per tensor: collect them in one beside the graph."""
    scattered = target.parent / f".{target.stem}-parts"
    scattered.mkdir(parents=True, exist_ok=True)
    try:
        _trace(net, arguments, scattered / target.name, inputs, outputs, axes)
        model = onnx.load(str(scattered / target.name))
        onnx.save(
            model,
            str(target),
            save_as_external_data=True,
            all_tensors_to_one_file=True,
            location=f"{target.name}.data",
            size_threshold=1024,
        )
    finally:
        for part in scattered.iterdir():
            part.unlink()
        scattered.rmdir()


def export_sam(sam: Sam, folder: Path) -> None:
    """Writes encoder, image, prompt and mask stage to `folder`."""
    side = sam.image_encoder.img_size
    width = sam.prompt_encoder.embed_dim
    grid = sam.prompt_encoder.image_embedding_size[0]
    embedding, mask = torch.randn(1, width, grid, grid), torch.zeros(1, 1, 4 * grid, 4 * grid)
    encoder = exportable_encoder(sam.image_encoder).eval()
    export_graph(
        encoder, (torch.randn(1, 3, side, side),), folder / "encoder.onnx", ["input_image"], ["image_embeddings"], {}
    )
    stage = ImageStage(sam).eval()
    names = ["image_embeddings", "mask_input", "has_mask_input"]
    export_graph(stage, (embedding, mask, torch.zeros(1)), folder / "image-stage.onnx", names, IMAGE_TENSORS, {})
    with torch.no_grad():
        image = stage(embedding, mask, torch.zeros(1))
    points = (torch.rand(2, 3, 2) * side, torch.tensor([[1.0, 0.0, -1.0], [2.0, 3.0, 1.0]]))
    prompts = {"point_coords": {0: "n", 1: "p"}, "point_labels": {0: "n", 1: "p"}}
    outputs = ["iou_predictions", "mask_weights", "attended_tokens"]
    export_graph(
        PromptStage(sam).eval(), (*points, *image), folder / "prompt-stage.onnx", [*prompts, *IMAGE_TENSORS], outputs,
        prompts | {name: {0: "n"} for name in outputs},
    )  # fmt: skip
    weights = torch.randn(2, 3, width // 8)
    axes = {"attended_tokens": {0: "m"}, "mask_weights": {0: "m", 1: "k"}, "low_res_masks": {0: "m", 1: "k"}}
    export_graph(
        MaskStage(sam).eval(),
        (torch.randn(2, grid * grid, width), weights),
        folder / "mask-stage.onnx",
        list(axes)[:2],
        ["low_res_masks"],
        axes,
    )


def session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.enable_mem_pattern, options.enable_cpu_mem_arena = False, False
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def parity(sam: Sam, folder: Path, seed: int = 0) -> dict[str, float]:
    """Largest differences between Meta's modules and the exported graphs, on a random image and prompts the export
    didn't see.
    """
    generator = torch.Generator().manual_seed(seed)
    side = sam.image_encoder.img_size
    image = torch.randn(1, 3, side, side, generator=generator)
    with torch.no_grad():
        expected = sam.image_encoder(image)
    got = session(folder / "encoder.onnx").run(None, {"input_image": image.numpy()})[0]
    report = {"image_embeddings": _difference(expected, got)}
    grid = sam.prompt_encoder.image_embedding_size[0]
    earlier = torch.randn(1, 1, 4 * grid, 4 * grid, generator=generator) * 5
    for case, labels, mask in (
        ("points", [[1.0, -1.0]] * 5, None),
        ("several points", [[1.0, 0.0, 1.0, -1.0]] * 2, None),
        ("box", [[1.0, 2.0, 3.0]] * 3, None),
        ("earlier mask", [[1.0, -1.0]], earlier),
    ):
        coords = torch.rand(len(labels), len(labels[0]), 2, generator=generator) * side
        iou, masks = reference_masks(sam, expected, coords, torch.tensor(labels), mask)
        ours_iou, ours = staged_masks(folder, expected, coords, torch.tensor(labels), mask)
        report[f"{case}: iou_predictions"] = _difference(iou, ours_iou)
        report[f"{case}: low_res_masks"] = _difference(masks, ours)
    return report


def sparse_embedding(sam: Sam, coords: Tensor, labels: Tensor) -> Tensor:
    """Meta's embedding of points; a box is the last two of them (labels 2 and 3), which Meta's prompt encoder takes
    apart from points.
    """
    encoder, has_box = sam.prompt_encoder, bool((labels == 3).any())
    points = coords.shape[1] - 2 * has_box
    embedded = encoder._embed_points(coords[:, :points], labels[:, :points], pad=False)
    return torch.cat([embedded, encoder._embed_boxes(coords[:, points:])], 1) if has_box else embedded


@torch.no_grad()
def reference_masks(
    sam: Sam, embedding: Tensor, coords: Tensor, labels: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """(iou_predictions, low_res_masks), all four masks, from Meta's modules; the padding point is among the prompts
    already.
    """
    sparse = sparse_embedding(sam, coords, labels)
    dense = sam.prompt_encoder.no_mask_embed.weight.reshape(1, -1, 1, 1).expand(len(labels), -1, *embedding.shape[-2:])
    if mask is not None:
        dense = sam.prompt_encoder._embed_masks(mask).expand(len(labels), -1, -1, -1)
    masks, iou = sam.mask_decoder.predict_masks(embedding, sam.prompt_encoder.get_dense_pe(), sparse, dense)
    return iou, masks


def staged_masks(
    folder: Path, embedding: Tensor, coords: Tensor, labels: Tensor, mask: Tensor | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """(iou_predictions, low_res_masks) of the exported graphs."""
    size = 4 * embedding.shape[-1]
    earlier = np.zeros((1, 1, size, size), np.float32) if mask is None else mask.numpy()
    given = {
        "image_embeddings": embedding.numpy(),
        "mask_input": earlier,
        "has_mask_input": np.array([float(mask is not None)], np.float32),
    }
    image = dict(zip(IMAGE_TENSORS, session(folder / "image-stage.onnx").run(None, given), strict=True))
    prompts = {"point_coords": coords.numpy(), "point_labels": labels.numpy()}
    iou, weights, tokens = session(folder / "prompt-stage.onnx").run(None, prompts | image)
    masks = session(folder / "mask-stage.onnx").run(None, {"attended_tokens": tokens, "mask_weights": weights})[0]
    return iou, masks


def _difference(expected: torch.Tensor, got: np.ndarray) -> float:
    """Largest difference, relative to the largest value where that is above 1."""
    reference = expected.numpy()
    return float(np.abs(reference - got).max() / max(1.0, np.abs(reference).max()))


def write_entry(
    folder: Path, model_id: str, architecture: str, side: int, licence: str, report: dict[str, float]
) -> None:
    """`model.json`: what `sam-i-am models add` reads, with the sha256 of every file; and `parity.json`."""
    files = {}
    for name in GRAPHS:
        key = "".join(part.capitalize() if i else part for i, part in enumerate(name.split("-")))
        files[key] = _file_entry(folder / f"{name}.onnx")
        data = folder / f"{name}.onnx.data"
        if data.exists():
            files[f"{key}Data"] = _file_entry(data)
    entry = {
        "id": model_id, "kind": "sam", "layout": "sam-staged", "licence": licence,
        "description": f"Segment Anything ({architecture}), exported in stages",
        "provenance": f"sam-export, largest relative difference from PyTorch {max(report.values()):.1e}",
        "inputSize": side, "files": files,
        "thresholds": {"predictedIou": 0.88, "stabilityScore": 0.95, "boxNms": 0.7, "maskNms": None},
    }  # fmt: skip
    (folder / "model.json").write_text(json.dumps(entry, indent=2) + "\n")
    (folder / "parity.json").write_text(json.dumps(report, indent=2) + "\n")


def _file_entry(path: Path) -> dict:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            digest.update(block)
    return {"path": path.name, "bytes": path.stat().st_size, "sha256": digest.hexdigest()}
