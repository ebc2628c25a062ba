"""The stages of the run on a GPU, each for a moment on the CPU, and the micrographs that they share."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch

from sam_i_am_models import dataset
from sam_i_am_models.export import load_sam
from sam_i_am_models.from_release import train_head, wait_for
from sam_i_am_models.resident import ResidentShards
from sam_i_am_models.train_encoder import AffinityModel
from sam_i_am_models.train_on_gpu import Loading, train_decoder, train_encoder
from sam_i_am_models.train_sam import SamModel, write_release


def test_resident_shards_hold_what_lies_on_disk(tmp_path: Path) -> None:
    dataset.generate(tmp_path, range(0, 4), size=128, workers=1, shard=2)
    disk, resident = dataset.Shards(tmp_path), ResidentShards(tmp_path, "cpu", most=3, size=128)
    resident.refresh(1)
    assert len(resident) == 2
    resident.refresh()
    assert len(resident) == 3
    for index in range(3):
        maps, difficulty = resident[index]
        assert np.array_equal(maps.numpy(), disk[index][0]) and difficulty == disk[index][1]
        assert resident.grey_range(index) == disk.grey_range(index)


def test_a_simulator_that_ends_too_early_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="after 0 micrographs of 1"):
        wait_for(ResidentShards(tmp_path, "cpu", most=1, size=128), 1, subprocess.Popen(["true"]))


def test_the_stages_chain(tmp_path: Path) -> None:
    dataset.generate(tmp_path / "train", range(0, 2), size=128, workers=1)
    dataset.generate(tmp_path / "validation", range(900_000, 900_001), size=128, workers=1)
    shards = ResidentShards(tmp_path / "train", "cpu", most=2, size=128)
    shards.refresh()
    net = SamModel()
    assert isinstance(net.affinity, AffinityModel)
    run = train_encoder(net.affinity, shards, tmp_path / "encoder.pt", seconds=0.01, frames=1)
    assert run.step == 1 and run.progress >= 1
    run = train_decoder(net, tmp_path / "train", tmp_path / "joint.pt", 0.01, Loading(frames=1, count=2, workers=1))
    assert run.step == 1
    train_head(net, tmp_path, frames=1, count=4, workers=0)
    write_release(net, tmp_path / "sam.pt", dtype=torch.float16)
    encoder, _ = load_sam(tmp_path / "sam.pt")
    assert torch.allclose(encoder.neck[0].weight, net.encoder.neck[0].weight, atol=1e-3)
