"""Encoder and decoder together: gradients go where they should, a run goes on where it stopped, and the figures by kind
come out.
"""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from sam_i_am_models import dataset, figures_by_kind, train_quality, train_together
from sam_i_am_models.crops import random_crop
from sam_i_am_models.dataset import PARTS, Shards
from sam_i_am_models.export import load_sam
from sam_i_am_models.prompts import Prompts, draw_prompts
from sam_i_am_models.train_sam import SamModel
from sam_i_am_models.train_together import DrawnSteps, busy_crop, draw_step, finish, fit_scales, step_losses, train


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frames")
    dataset.generate(folder / "train", range(0, 3), size=128, workers=1, shard=3, lab=0.5)
    dataset.generate(folder / "validation", range(900_000, 900_001), size=128, workers=1)
    return folder


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames, crops and rounds that a test has time for."""
    monkeypatch.setattr(train_together, "FRAME_SIZE", 128)
    monkeypatch.setattr(train_together, "CROP_SIZE", 64)
    monkeypatch.setattr(train_quality, "ROUNDS", 10)


def options(folder: Path, **changed: Any) -> Any:
    usual = dict(
        device="cpu",
        seconds=None,
        steps=1,
        rate=1e-4,
        encoder_share=0.5,
        decay=0.9,
        warm_up=2,
        batch=1,
        prompts=4,
        loaders=0,
    )
    return SimpleNamespace(**usual | dict(frames=folder, release=folder / "released", quality_frames=1) | changed)


def small_step(rng: np.random.Generator, labels: Tensor) -> tuple[Prompts, bool, Tensor]:
    prompts = [draw_prompts(rng, own.numpy(), 2, "point", 1) for own in labels]
    return Prompts.joined(prompts), False, torch.zeros(2)


def test_masks_have_no_gradient_into_the_trunk(frames: Path) -> None:
    torch.manual_seed(0)
    net, shards = SamModel().eval(), Shards(frames / "train")
    maps = np.array(shards[0][0])
    images, labels = torch.from_numpy(maps[:1]).float()[None] / 255, torch.from_numpy(maps[None, 1:])
    losses = step_losses(net, images, labels, *small_step(np.random.default_rng(0), labels))
    losses["mask"].backward(retain_graph=True)
    assert net.encoder.stem[0].weight.grad is None and net.encoder.token_heads[2].weight.grad is None
    assert net.encoder.neck[0].weight.grad.abs().sum() > 0
    losses["affinity_8"].backward()
    assert net.encoder.stem[0].weight.grad.abs().sum() > 0


def test_a_run_goes_on_where_it_stopped(frames: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    first = train(SamModel(), frames / "train", tmp_path / "together.pt", options(frames))
    again = train(SamModel(), frames / "train", tmp_path / "together.pt", options(frames, steps=2))
    assert first.step == 1 and again.step == 2
    assert not torch.equal(first.average["decoder.start.weight"], again.average["decoder.start.weight"])


def test_other_processes_may_draw_what_a_step_sees(frames: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    assert train(SamModel(), frames / "train", tmp_path / "together.pt", options(frames, loaders=1)).step == 1


def test_the_release_can_be_loaded(frames: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = SamModel().eval()
    finish(net, SimpleNamespace(average=net.state_dict()), options(frames, release=tmp_path))
    encoder, decoder = load_sam(tmp_path / "together.pt")
    table = figures_by_kind.figures(encoder, decoder, Shards(frames / "train"), 2)
    assert table["all"]["all"]["parts"] >= 2 and set(table["kind"]) <= set(Shards(frames / "train").kinds)
    assert all(0 <= row["one_point"] <= 1 for row in table["size"].values())


def test_scales_follow_the_tokens(frames: Path) -> None:
    torch.manual_seed(0)
    net = SamModel().eval()
    before = net.affinity.gain.clone()
    fit_scales(net.affinity, Shards(frames / "train"), rounds=3)
    assert not torch.equal(before, net.affinity.gain)


def test_busy_crops_show_more_parts(frames: Path) -> None:
    shards = Shards(frames / "train")

    def parts(draw: Callable[[np.random.Generator], Any]) -> float:
        return np.mean([len(torch.unique(draw(np.random.default_rng(i)).labels[PARTS - 1])) for i in range(40)])

    assert parts(lambda rng: busy_crop(rng, shards, 32, (1.0, 1.5))) >= parts(
        lambda rng: random_crop(rng, shards, 32, (1.0, 1.5))
    )


def test_a_step_holds_as_many_prompts_as_asked(frames: Path) -> None:
    shards = Shards(frames / "train")
    for step, (count, side) in ((0, (4, 64)), (2, (1, 128))):
        images, labels, prompts, _, origin = draw_step(np.random.default_rng(1), shards, step, 1, 8)
        assert images.shape == (count, 1, side, side) and labels.shape == (count, 4, side, side)
        assert len(prompts.coords) == 8 and origin.shape == (2,)
    assert len(next(iter(DrawnSteps(frames / "train", 1, 4, 0)))) == 5
