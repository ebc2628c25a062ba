"""Stage 4: the material head, on features of whole micrographs.

A set is predicted: the head's queries and the true materials are matched by the cheapest assignment, and every place
should spread over its material's query alone, so that queries without a material stay empty.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from . import features
from .architectures import MaterialHead
from .architectures.material_head import FINE
from .export import load_head
from .loop import Plan, Run

EARLY_SHARE = 0.4  # of the loss, for every turn before the last
FEATURE_NOISE = 0.05  # of a channel's size, per view
MOST_COST = 5.0  # of a place, in the matching
SUBSAMPLE = FINE // features.LABEL_STRIDE


def partition_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy and 1 - dice of logits (queries, h, w) against labels (h, w), 0 = unknown; half of the weight is
    even over materials.
    """
    names = labels.unique()
    names = names[names > 0]
    if len(names) == 0:
        return logits.sum() * 0
    truth = (labels[None] == names[:, None, None]).float().flatten(1)
    log_share = logits.log_softmax(0).flatten(1)
    share = log_share.exp() * truth.sum(0)
    size = truth.sum(1)
    dice = 1 - (2 * share @ truth.T + 1) / (share.sum(1, keepdim=True) + size + 1)
    cross = -(log_share @ truth.T) / size
    query, material = linear_sum_assignment((dice + 0.5 * cross.clamp(max=MOST_COST)).detach().numpy())
    weight = 0.5 / len(names) + 0.5 * size[material] / size.sum()
    return (cross[query, material] * weight).sum() + dice[query, material].mean()


def batch_loss(found: list[Tensor], labels: Tensor) -> dict[str, Tensor]:
    """`found`: logits of every turn; labels (batch, h / 16, w / 16)."""
    losses = []
    for turn, logits in enumerate(found):
        step = labels.shape[-1] // logits.shape[-1]
        loss = torch.stack(
            [partition_loss(own, truth) for own, truth in zip(logits, labels[:, ::step, ::step], strict=True)]
        ).mean()
        losses.append(loss if turn == len(found) - 1 else EARLY_SHARE * loss)
    early: Any = sum(losses[:-1])
    return {"early": early, "last": losses[-1]}


def draw(
    rng: np.random.Generator, seen: list[tuple[np.ndarray, np.ndarray, np.ndarray]]
) -> tuple[Tensor, Tensor, Tensor]:
    """One of the views that `features.read` gives, turned and mirrored as a layout: its textures stay as they are."""
    fine, coarse, labels = seen[int(rng.integers(len(seen)))]
    labels = labels[rng.integers(SUBSAMPLE) :: SUBSAMPLE, rng.integers(SUBSAMPLE) :: SUBSAMPLE]
    turns, mirror = int(rng.integers(4)), rng.random() < 0.5

    def turned(x: np.ndarray) -> Tensor:
        x = np.rot90(x, turns, (-2, -1))
        return torch.from_numpy(np.ascontiguousarray(x[..., ::-1] if mirror else x)).float()

    def noisy(x: Tensor) -> Tensor:
        noise = torch.from_numpy(rng.standard_normal((len(x), 1, 1), dtype=np.float32))
        return x * (1 + FEATURE_NOISE * noise)

    return noisy(turned(fine)), noisy(turned(coarse)), turned(labels).long()


PLAN = Plan(steps=1200, rate=1e-3, seed=7, weight_decay=0.05, warm_up=100)


def train(folder: Path, checkpoint: Path, plan: Plan = PLAN, views: int = 8, start: Path | None = None) -> Run:
    """`start`: released weights (a file as `checkpoints/materials.pt`) to go on from; random ones without."""
    seen = features.read(folder)
    torch.manual_seed(plan.seed)
    head = load_head(start) if start else MaterialHead()
    run = Run(head.train(), checkpoint, plan)

    def losses(head: MaterialHead, rng: np.random.Generator, step: int) -> dict[str, Tensor]:
        fine, coarse, labels = (torch.stack(x) for x in zip(*(draw(rng, seen) for _ in range(views)), strict=True))
        return batch_loss(head.all_turns(fine, coarse), labels)

    return run.train(losses)


def write_release(run_checkpoint: Path, target: Path) -> None:
    """The averaged weights of a run as the checkpoint that export.py reads."""
    torch.save(dict(materials=torch.load(run_checkpoint, weights_only=True)["average"]), target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--features", type=Path, required=True, help="folder that `python -m sam_i_am_models.features` has written"
    )
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument(
        "--release", type=Path, required=True, help="where the weights go in the end, for export.py and --start"
    )
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--start", type=Path, help="released weights to go on from")
    options = parser.parse_args()
    plan = replace(PLAN, steps=options.steps, rate=options.rate)
    train(options.features, options.checkpoint, plan, start=options.start)
    write_release(options.checkpoint, options.release)


if __name__ == "__main__":
    main()
