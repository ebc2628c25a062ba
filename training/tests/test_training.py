"""Prompts, losses and short runs: the loss falls, and an interrupted run ends as an uninterrupted one."""

import numpy as np
import pytest
import torch

from sam_i_am_models import (
    dataset,
    export,
    features,
    piece_crops,
    train_encoder,
    train_materials,
    train_quality,
    train_texture,
)
from sam_i_am_models.affinity import same_material_auc
from sam_i_am_models.architectures import MaterialHead
from sam_i_am_models.architectures.mask_decoder import MASK_STRIDE
from sam_i_am_models.architectures.material_head import TOKEN
from sam_i_am_models.loop import Run
from sam_i_am_models.mask_loss import decoder_losses, true_iou
from sam_i_am_models.measures import one_hot
from sam_i_am_models.prompts import correct, draw_prompts, mask_grid
from sam_i_am_models.simulate import simulate
from sam_i_am_models.train_sam import release
from sam_i_am_models.train_sam import train as train_sam


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    dataset.generate(folder / "train", 0, 6, size=128, workers=1)
    dataset.generate(folder / "validation", 900_000, 3, size=128, workers=1)
    return folder


@pytest.mark.parametrize("kind,slots", [("point", 1), ("points", 3), ("box", 3)])
def test_prompts_mean_connected_regions_that_hold_the_point(kind, slots):
    prompts = draw_prompts(np.random.default_rng(0), simulate(7, 256).maps()[1:], 12, kind, slots)
    assert prompts.coords.shape == (12, slots, 2) and prompts.meant.sum(1).min() >= 1
    if kind == "point":
        for (x, y), targets in zip(prompts.coords[:, 0].int().tolist(), prompts.targets):
            assert targets[:, y // MASK_STRIDE, x // MASK_STRIDE].all()


def test_a_correction_clicks_where_the_mask_is_wrong():
    rng, maps = np.random.default_rng(2), simulate(8, 256).maps()[1:]
    prompts = draw_prompts(rng, maps, 5)
    logits = torch.full((5, 3, 32, 32), -3.0)
    more, earlier = correct(prompts, logits)
    assert more.coords.shape == (5, 2, 2) and (more.labels[:, 1] == 1).all() and more.meant.sum() == 5
    assert torch.equal(earlier, logits[:, :1])
    for (x, y), targets, meant in zip(more.coords[:, 1].int().tolist(), more.targets, more.meant):
        assert targets[int(meant.argmax()), y // MASK_STRIDE, x // MASK_STRIDE]


def test_perfect_masks_cost_nothing_and_have_iou_one():
    prompts = draw_prompts(np.random.default_rng(1), simulate(8, 256).maps()[1:], 4)
    logits = (prompts.targets.float() * 2 - 1) * 20
    losses = decoder_losses(torch.ones(4, 3), logits, prompts.targets, prompts.meant, prompts.known)
    assert losses["mask"] < 0.05 and losses["_best"] == pytest.approx(1)
    assert true_iou(logits, prompts.targets, prompts.known).diagonal(dim1=1, dim2=2).min() == pytest.approx(1)


def test_auc():
    tokens = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], float)
    assert same_material_auc(tokens, np.array([1, 1, 2, 2])) == 1


def test_encoder_loss_falls_and_the_stages_chain(data, tmp_path):
    run = train_encoder.train(data, tmp_path / "encoder.pt", steps=12, crops=3, size=128, watch_every=1000)
    first = sum(run.means.values())
    again = train_encoder.train(data, tmp_path / "other.pt", steps=60, crops=3, size=128, watch_every=1000)
    assert sum(again.means.values()) < first
    for steps in (1, 2):  # the second call resumes
        joint = train_sam(data, tmp_path / "encoder.pt", tmp_path / "joint.pt", steps=steps, crops=2, count=2, size=128)
    assert joint.step == 2 and np.isfinite(joint.means["mask"])
    train_quality.train(data, tmp_path / "joint.pt", tmp_path / "quality.pt", frames=2, count=4)
    encoder, decoder = _released(tmp_path)
    assert export.sam_parity(encoder, decoder, tmp_path) < export.TOLERANCE
    features.write(tmp_path / "features", tmp_path / "sam.pt", count=2, first=50, size=128, workers=1)
    train_materials.train(tmp_path / "features", tmp_path / "heads.pt", steps=2, views=2)
    train_materials.write_release(tmp_path / "heads.pt", tmp_path / "materials.pt")
    seeing = export.SeeingEncoder(encoder, export.load_head(tmp_path / "materials.pt")).eval()
    export.export_encoder(seeing, tmp_path / "encoder.onnx")
    assert export.sam_parity(seeing, decoder, tmp_path) < export.TOLERANCE


def _released(folder):
    """The chain's end as the recipe exports it."""
    release(folder / "quality.pt", folder / "sam.pt")
    encoder, decoder = export.load_sam(folder / "sam.pt")
    export.export_encoder(encoder, folder / "encoder.onnx")
    export.export_decoder(encoder, decoder, folder / "decoder.onnx")
    return encoder, decoder


def _two_textures(size=128):
    """Features (fine, coarse, labels) of a frame whose halves have tokens of their own, all else being noise."""
    generator = torch.Generator().manual_seed(3)
    fine, coarse = torch.randn(196, size // 16, size // 16, generator=generator) * 0.1, torch.randn(192, size // 32, size // 32, generator=generator) * 0.1
    half = size // 32
    fine[TOKEN] = 0
    fine[TOKEN.start, :, :half], fine[TOKEN.start + 1, :, half:] = 1, 1
    labels = torch.ones(size // 16, size // 16, dtype=torch.long)
    labels[:, half:] = 2
    return fine, coarse, labels


def test_the_material_head_learns_to_leave_queries_empty():
    torch.manual_seed(0)
    head = MaterialHead()
    fine, coarse, labels = (x[None] for x in _two_textures())
    optimiser = torch.optim.Adam(head.parameters(), 1e-3)
    losses = []
    for _ in range(40):
        loss = sum(train_materials.batch_loss(head.all_turns(fine, coarse), labels).values())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    share = head(fine, coarse).softmax(1)[0].detach()
    assert losses[-1] < losses[0] / 2
    assert len(share.argmax(0).unique()) == 2 and (share.mean((1, 2)) > 0.3).sum() == 2


def test_a_perfect_partition_costs_nothing_and_unknown_places_do_not_count():
    labels = torch.tensor([[1, 1, 2, 0]])
    logits = torch.full((3, 1, 4), -20.0)
    logits[2, 0, :2] = logits[0, 0, 2:] = 20
    logits[:, 0, 3] = torch.tensor([-20.0, 20.0, -20.0])
    assert train_materials.partition_loss(logits, labels) == pytest.approx(0, abs=1e-4)
    assert train_materials.partition_loss(logits, torch.zeros_like(labels)) == 0


def test_a_mask_is_measured_against_the_region_that_it_fits_best():
    grid = mask_grid(simulate(8, 256).maps()[1:])
    truth = torch.from_numpy(grid[1] == grid[1].max())
    logits = torch.stack([truth.float() * 2 - 1, torch.full(truth.shape, -1.0), torch.ones(truth.shape)])[None]
    regions = torch.from_numpy(np.concatenate([one_hot(labels) for labels in grid[1:]]))
    perfect, empty, full = train_quality.best_iou(logits, regions, torch.from_numpy(grid[1] > 0))[0].tolist()
    assert perfect == pytest.approx(1) and empty == 0 and full < 1


def _toy(checkpoint, steps, stop=None):
    torch.manual_seed(0)
    run = Run(torch.nn.Linear(3, 1), checkpoint, steps, 1e-2, seed=5, every=5)
    total, run.steps = run.steps, stop or steps
    # The schedule must be that of the whole run, also when it stops early.
    schedule = run._schedule
    run._schedule = lambda: (setattr(run, "steps", total), schedule(), setattr(run, "steps", stop or steps))

    def losses(net, rng, step):
        x = torch.from_numpy(rng.standard_normal((8, 3)).astype(np.float32))
        return {"loss": ((net(x)[:, 0] - x.sum(1)) ** 2).mean()}

    return run.train(losses)


def test_resume_equals_no_interruption(tmp_path):
    whole = _toy(tmp_path / "a.pt", 20)
    _toy(tmp_path / "b.pt", 20, stop=10)
    resumed = _toy(tmp_path / "b.pt", 20)
    assert resumed.step == 20
    assert torch.equal(whole.net.weight, resumed.net.weight)
    assert torch.equal(whole.average["weight"], resumed.average["weight"])


def test_a_texture_step_has_groups_drawn_alone_and_micrographs(pieces):
    images, materials, group = train_texture.draw_step(np.random.default_rng(0), piece_crops.read(pieces), groups=2, micrographs=3, crops=4)
    assert images.shape[1:] == (1, 60, 60) and len(images) == len(materials) == len(group)
    assert group.unique().tolist() == [0, 1, 2, 3, 4] and (group < 2).sum() == 2 * 3 * 4
    assert all(len(group[materials == material].unique()) == 1 for material in materials.unique())
    assert all(len(materials[group == number].unique()) > 1 for number in range(5))


def test_texture_loss_falls(pieces, tmp_path):
    small = dict(pieces=pieces, groups=4, micrographs=2, crops=2)
    start = train_texture.train(tmp_path / "a.pt", steps=1, **small).means["contrast"]
    end = train_texture.train(tmp_path / "b.pt", steps=20, **small).means["contrast"]
    assert end < start
