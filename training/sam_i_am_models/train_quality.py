"""Stage 3: the IoU head alone, on whole frames prompted as the generator does: by its grid, and where a grid misses
small parts.

The decoder is fixed by now, so what the head sees of each mask is computed once and the head is trained on the table.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from .architectures.mask_decoder import DecoderInputs, describe
from .automatic_masks import grid_points
from .crops import degrade, scale_grey
from .dataset import GROUPS, IMAGE, MATERIALS, PARTS, PIECES, Shards
from .mask_loss import true_iou
from .measures import one_hot, spearman
from .prompts import mask_grid, no_mask, place_in_part, to_pixels
from .train_sam import SamModel

GRID = 16
ROUNDS, BATCH, RATE = 5000, 512, 2e-3


def _prompt_points(rng: np.random.Generator, count: int, side: int, grid: np.ndarray) -> torch.Tensor:
    """(count, 1, 2) points: half of a jittered grid, half even over the parts of the label maps (4, h, w), which a grid
    seldom meets where they are small.
    """
    points = grid_points(side, side, GRID)
    chosen = points[rng.choice(len(points), count - count // 2, replace=False)]
    chosen = chosen + rng.uniform(-0.5, 0.5, chosen.shape) * side / GRID
    places = [place_in_part(rng, grid, by_part=1.0) for _ in range(count // 2)]
    placed = [to_pixels(rng, *place) for place in places if place is not None]
    return torch.from_numpy(
        np.clip(np.concatenate([chosen, np.reshape(placed, (-1, 2))]), 0, side - 1).astype(np.float32)
    )[:, None]


def best_iou(logits: torch.Tensor, regions: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """IoU of each mask (n, 3, h, w) with that of the true `regions` (r, h, w) that it fits best, over the `known` (h,
    w) places.
    """
    if not len(regions):
        return torch.zeros(logits.shape[:2], device=logits.device)
    return true_iou(logits, regions[None], known).max(-1).values


class GridPrompted(Dataset):
    """Whole frames (h, w), degraded where `seed` is not 0, with `count` points of the generator's grid, the true
    regions and where these are known.
    """

    def __init__(self, shards: Shards, frames: int, count: int, seed: int) -> None:
        self.shards, self.frames, self.count, self.seed = shards, frames, count, seed

    def __len__(self) -> int:
        return self.frames

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        rng = np.random.default_rng([self.seed, index])
        maps, _ = self.shards[int(rng.integers(len(self.shards)))] if self.seed else self.shards[index]
        grey, grid = torch.from_numpy(scale_grey(maps[IMAGE])), mask_grid(np.array(maps[MATERIALS:]))
        regions = np.concatenate([one_hot(grid[kind - MATERIALS]) for kind in (PARTS, PIECES, GROUPS)])
        points = _prompt_points(rng, self.count, maps.shape[-1], grid)
        return (
            degrade(rng, grey) if self.seed else grey,
            points,
            torch.from_numpy(regions),
            torch.from_numpy(grid[PIECES - MATERIALS] > 0),
        )


@torch.no_grad()
def gather(
    net: SamModel, shards: Shards, frames: int, count: int, seed: int, workers: int = 0
) -> tuple[Tensor, Tensor]:
    """(masks, features) and the true IoU of each mask, over `frames` frames with `count` prompts, drawn by `workers`
    processes.
    """
    rows, truths, device = [], [], next(net.parameters()).device
    for drawn in DataLoader(GridPrompted(shards, frames, count, seed), batch_size=None, num_workers=workers):
        grey, points, regions, known = (t.to(device) for t in drawn)
        features = net.encoder(grey[None, None])
        tokens, masks, dense = net.decoder.decode(
            DecoderInputs._make(
                (*features, points, torch.ones(points.shape[:2], device=device), no_mask(features[-1]), None)
            )
        )
        rows.append(describe(tokens, masks, dense).flatten(0, 1))
        truths.append(best_iou(masks, regions, known).flatten())
    return torch.cat(rows), torch.cat(truths)


def fit(head: nn.Module, features: Tensor, truth: Tensor, seed: int = 5) -> None:
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


def figures(head: nn.Module, features: Tensor, truth: Tensor) -> dict:
    with torch.no_grad():
        predicted, truth = torch.sigmoid(head(features)[:, 0]).cpu(), truth.cpu()
    return dict(
        error=round(float((predicted - truth).abs().mean()), 4),
        rank=round(spearman(predicted.numpy(), truth.numpy()), 4),
    )


def train(data: Path, start: Path, checkpoint: Path, frames: int = 240, count: int = 64) -> None:
    """Writes `checkpoint`, the whole model with a new IoU head, from the averaged weights of `start`."""
    if checkpoint.exists():
        return
    net, began = SamModel().eval(), time.time()
    kept = {
        k: v for k, v in torch.load(start, weights_only=True)["average"].items() if not k.startswith("decoder.iou.")
    }
    net.load_state_dict(kept, strict=False)
    features, truth = gather(net, Shards(data / "train"), frames, count, seed=1)
    print(f"{len(truth)} masks in {time.time() - began:.0f} s, mean IoU {truth.mean():.3f}", flush=True)
    fit(net.decoder.iou, features, truth)
    validation = Shards(data / "validation")
    print("training", figures(net.decoder.iou, features, truth), flush=True)
    print(
        "validation",
        figures(net.decoder.iou, *gather(net, validation, min(30, len(validation)), count, seed=0)),
        flush=True,
    )
    torch.save({"average": net.state_dict()}, checkpoint)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, required=True, help="folder of checkpoints; joint.pt must be there")
    options = parser.parse_args()
    train(options.data, options.runs / "joint.pt", options.runs / "quality.pt")


if __name__ == "__main__":
    main()
