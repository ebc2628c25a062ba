"""Stage 3: the IoU head alone, on whole frames prompted by the generator's grid, as it will be used.

The decoder is fixed by now, so what the head sees of each mask is computed once and the head is trained on the table.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .architectures.mask_decoder import describe
from .automatic_masks import grid_points
from .crops import degrade, scale_grey
from .dataset import GROUPS, IMAGE, MATERIALS, PARTS, PIECES, Shards
from .mask_loss import true_iou
from .measures import one_hot, spearman
from .prompts import mask_grid, no_mask
from .train_sam import SamModel

GRID = 16
ROUNDS, BATCH, RATE = 3000, 512, 2e-3


def _prompt_points(rng, count: int, side: int) -> torch.Tensor:
    """(count, 1, 2) random points of a jittered grid."""
    points = grid_points(side, side, GRID)
    chosen = points[rng.choice(len(points), count, replace=False)]
    jitter = rng.uniform(-0.5, 0.5, (count, 2)) * side / GRID
    return torch.from_numpy(np.clip(chosen + jitter, 0, side - 1).astype(np.float32))[:, None]


def best_iou(logits: torch.Tensor, grid: np.ndarray) -> torch.Tensor:
    """IoU of each mask (n, 3, h, w) with the true part, piece or group that it fits best, where the truth is known."""
    regions = torch.from_numpy(np.concatenate([one_hot(grid[kind - MATERIALS]) for kind in (PARTS, PIECES, GROUPS)])).to(logits.device)
    if not len(regions):
        return torch.zeros(logits.shape[:2])
    return true_iou(logits, regions[None], torch.from_numpy(grid[PIECES - MATERIALS] > 0).to(logits.device)).max(-1).values.cpu()


def gather(net: SamModel, shards: Shards, frames: int, count: int, seed: int):
    """(masks, features) and the true IoU of each mask, over `frames` frames with `count` prompts."""
    rows, truths, device = [], [], next(net.parameters()).device
    with torch.no_grad():
        for index in range(frames):
            rng = np.random.default_rng([seed, index])
            maps, _ = shards[int(rng.integers(len(shards)))] if seed else shards[index]
            grey = torch.from_numpy(scale_grey(maps[IMAGE])).to(device)
            features = net.encoder((degrade(rng, grey) if seed else grey)[None, None])
            points = _prompt_points(rng, count, maps.shape[-1]).to(device)
            tokens, masks, dense = net.decoder.decode(*features, points, torch.ones(points.shape[:2], device=device), no_mask(features[-1]))
            rows.append(describe(tokens, masks, dense).flatten(0, 1).cpu())
            truths.append(best_iou(masks, mask_grid(np.array(maps[MATERIALS:]))).flatten())
    return torch.cat(rows), torch.cat(truths)


def fit(head: nn.Module, features, truth, seed=5) -> None:
    """Mean squared error of the predicted IoU."""
    torch.manual_seed(seed)
    optimiser = torch.optim.AdamW(head.parameters(), RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, ROUNDS)
    for _ in range(ROUNDS):
        pick = torch.randint(len(truth), (BATCH,))
        loss = ((torch.sigmoid(head(features[pick])[:, 0]) - truth[pick]) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()


def figures(head, features, truth) -> dict:
    with torch.no_grad():
        predicted, truth = torch.sigmoid(head(features)[:, 0]).cpu(), truth.cpu()
    return dict(error=round(float((predicted - truth).abs().mean()), 4), rank=round(spearman(predicted.numpy(), truth.numpy()), 4))


def train(data: Path, start: Path, checkpoint: Path, frames=240, count=64) -> None:
    """Writes `checkpoint`, the whole model with a new IoU head, from the averaged weights of `start`."""
    if checkpoint.exists():
        return
    net, began = SamModel().eval(), time.time()
    kept = {k: v for k, v in torch.load(start, weights_only=True)["average"].items() if not k.startswith("decoder.iou.")}
    net.load_state_dict(kept, strict=False)
    features, truth = gather(net, Shards(data / "train"), frames, count, seed=1)
    print(f"{len(truth)} masks in {time.time() - began:.0f} s, mean IoU {truth.mean():.3f}", flush=True)
    fit(net.decoder.iou, features, truth)
    validation = Shards(data / "validation")
    print("training", figures(net.decoder.iou, features, truth), flush=True)
    print("validation", figures(net.decoder.iou, *gather(net, validation, min(30, len(validation)), count, seed=0)), flush=True)
    torch.save({"average": net.state_dict()}, checkpoint)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, required=True, help="folder of checkpoints; joint.pt must be there")
    options = parser.parse_args()
    train(options.data, options.runs / "joint.pt", options.runs / "quality.pt")


if __name__ == "__main__":
    main()
