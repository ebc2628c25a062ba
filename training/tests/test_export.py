"""The exported graphs compute what the networks compute, and the manifest describes the files that are there."""

import hashlib
import json
from pathlib import Path

import numpy as np
import torch

from sam_i_am_models.architectures import MaterialHead, TextureEncoder
from sam_i_am_models.export import MATERIAL_TOKENS, TOLERANCE, load_sam, release, session

CARD = Path(__file__).parents[1] / "sam_i_am_models" / "card.json"


def test_a_release_is_whole_and_computes_the_same(tmp_path):
    torch.manual_seed(4)
    encoder, decoder = load_sam()
    texture = TextureEncoder().eval()
    release(encoder, decoder, texture, tmp_path, json.loads(CARD.read_text()), MaterialHead().eval())
    entries = json.loads((tmp_path / "manifest.json").read_text())["models"]
    assert [entry["kind"] for entry in entries] == ["sam", "texture"]
    for entry in entries:
        for file in entry["files"].values():
            content = (tmp_path / file["path"]).read_bytes()
            assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    graph = session(tmp_path / "sam-i-am-small" / "encoder.onnx")
    assert MATERIAL_TOKENS in [output.name for output in graph.get_outputs()]
    # Other sizes than those of the export's own check, not square and odd in cells.
    image = torch.rand(1, 1, 160, 224)
    with torch.no_grad():
        expected = encoder(image)
    found = graph.run(None, {"image": image.numpy()})
    for own, other in zip(expected, found):
        assert own.shape == other.shape and np.abs(own.numpy() - other).max() < TOLERANCE
