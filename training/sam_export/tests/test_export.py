"""Live comparison with Meta's modules on tiny random models: needs no weights, takes seconds."""

import json
from pathlib import Path
from typing import Any

import onnxruntime
import pytest
import torch
from segment_anything.modeling import ImageEncoderViT

from sam_export.__main__ import main
from sam_export.checkpoint import UnknownCheckpoint, architecture_of, load_checkpoint, plain_state
from sam_export.encoder import PlainEncoder
from sam_export.export import TOLERANCE, export_sam, parity, write_entry
from sam_export.tiny import tiny_sam


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("tiny")
    sam = tiny_sam()
    export_sam(sam, folder)
    return sam, folder


@pytest.mark.parametrize("seed", [0, 1])
def test_graphs_equal_pytorch(exported: Any, seed: int) -> None:
    sam, folder = exported
    assert max(parity(sam, folder, seed).values()) < TOLERANCE / 10


def test_parity_sees_other_weights(exported: Any) -> None:
    _, folder = exported
    assert max(parity(tiny_sam(seed=4), folder).values()) > TOLERANCE


@pytest.mark.parametrize("window, grid", [(6, 8), (4, 8), (0, 5), (14, 20)])
def test_encoder_with_and_without_padded_windows(window: int, grid: int) -> None:
    torch.manual_seed(window)
    source = ImageEncoderViT(
        img_size=16 * grid,
        embed_dim=16,
        depth=2,
        num_heads=2,
        out_chans=8,
        use_rel_pos=True,
        window_size=window,
        global_attn_indexes=(1,),
    )
    for parameter in source.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    image = torch.randn(1, 3, 16 * grid, 16 * grid)
    with torch.no_grad():
        assert torch.allclose(PlainEncoder(source.eval())(image), source(image), atol=1e-4)


def test_no_attention_matrix_is_whole(exported: Any) -> None:
    import onnx

    _, folder = exported
    model = onnx.load(str(folder / "encoder.onnx"))
    operators = [node.op_type for node in model.graph.node]
    assert operators.count("MultiHeadAttention") == 1, "windows"
    assert operators.count("PlacedAttention") == 1, "the whole image"
    assert "Softmax" not in operators
    assert [function.name for function in model.functions] == ["PlacedAttention"]


def test_prompts_do_not_depend_on_their_batch(exported: Any) -> None:
    _, folder = exported
    run = onnxruntime.InferenceSession(str(folder / "prompt-stage.onnx"))
    shapes = {i.name: [n if isinstance(n, int) else 3 for n in i.shape] for i in run.get_inputs()}
    generator = torch.Generator().manual_seed(0)
    feeds = {name: torch.randn(*shape, generator=generator).numpy() for name, shape in shapes.items()}
    feeds["point_labels"][:] = 1
    together = run.run(["iou_predictions"], feeds)[0]
    alone = run.run(["iou_predictions"], feeds | {name: feeds[name][1:2] for name in ("point_coords", "point_labels")})[
        0
    ]
    assert abs(together[1] - alone[0]).max() < 1e-5


def test_micro_sam_training_files_are_unwrapped() -> None:
    state = {
        "model_state": {"sam.image_encoder.pos_embed": torch.zeros(1, 64, 64, 768), "sam.x": torch.ones(1)},
        "epoch": 3,
    }
    plain = plain_state(state)
    assert set(plain) == {"image_encoder.pos_embed", "x"}
    assert architecture_of(plain, "file") == "vit_b"


def test_mobile_sam_is_told_by_its_encoder() -> None:
    assert architecture_of({"image_encoder.patch_embed.seq.0.c.weight": torch.zeros(1)}, "file") == "vit_t"


@pytest.mark.parametrize("content", [{"weights": torch.zeros(3)}, {"model": {"trunk": 1}}])
def test_other_networks_are_refused_by_name(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "other.pth"
    torch.save(content, path)
    with pytest.raises(UnknownCheckpoint, match="other.pth holds no image encoder"):
        load_checkpoint(path)


def test_damaged_files_end_with_a_cure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cut.pth"
    path.write_bytes(b"PK\x03\x04 not all of it")
    monkeypatch.setattr("sys.argv", ["sam-export", str(path), "--out", str(tmp_path / "out")])
    assert main() == 2
    assert "Download it again" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_entry_names_every_file_with_its_digest(exported: Any) -> None:
    _, folder = exported
    write_entry(folder, "tiny", "vit_b", 128, "Apache-2.0", {"all": 1e-6})
    entry = json.loads((folder / "model.json").read_text())
    assert set(entry["files"]) == {"encoder", "imageStage", "promptStage", "maskStage"}
    assert all(
        len(file["sha256"]) == 64 and (folder / file["path"]).stat().st_size == file["bytes"]
        for file in entry["files"].values()
    )
