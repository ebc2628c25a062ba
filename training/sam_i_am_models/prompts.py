"""Prompts for training and measuring: points, point sets and boxes, with the regions that each may mean.

All regions live on the mask grid (stride 8 of the input). A region is always connected; a group may span the thin
unlabelled interface between its pieces.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage

from .architectures.mask_decoder import MASK_STRIDE
from .dataset import GROUPS, MATERIALS, PARTS, PIECES
from .mask_loss import true_iou

LEAST_CELLS = 4
KINDS = {"point": 0.65, "points": 0.2, "box": 0.15}


@dataclass
class Prompts:
    """coords (n, p, 2) pixels; labels (n, p); targets (n, 3, h, w) bool; meant (n, 3) 1 where a target counts;
    known (h, w) bool, or (n, 1, h, w) where they are on several frames: where the truth is known."""

    coords: torch.Tensor
    labels: torch.Tensor
    targets: torch.Tensor
    meant: torch.Tensor
    known: torch.Tensor

    def to(self, device: str | torch.device) -> "Prompts":
        return Prompts(*(getattr(self, f.name).to(device) for f in fields(self)))

    @staticmethod
    def joined(frames: "list[Prompts]") -> "Prompts":
        """The prompts of several frames, as many on each, one frame's after the other's."""
        known = torch.cat([p.known.expand(len(p.coords), 1, -1, -1) for p in frames])
        coords, labels, targets, meant = (
            torch.cat([getattr(p, name) for p in frames]) for name in ("coords", "labels", "targets", "meant")
        )
        return Prompts(coords, labels, targets, meant, known)


def mask_grid(labels: np.ndarray) -> np.ndarray:
    """(4, H, W) label maps at the mask grid: the value at each cell's centre."""
    half = MASK_STRIDE // 2
    return labels[:, half::MASK_STRIDE, half::MASK_STRIDE]


def region_at(labels: np.ndarray, y: int, x: int, bridge: bool = False) -> np.ndarray:
    """Connected region of the label at (y, x); `bridge`: gaps of up to two cells do not part it."""
    same = labels == labels[y, x]
    joined = ndimage.binary_dilation(same, iterations=1) if bridge else same
    pieces, _ = ndimage.label(joined)
    return same & (pieces == pieces[y, x])


def regions_at(grid: np.ndarray, y: int, x: int) -> tuple[np.ndarray, np.ndarray]:
    """Part, piece and group at (y, x): (3, h, w) bool, and which of them differ from those before: (3,) float."""
    kinds = ((PARTS, False), (PIECES, False), (GROUPS, True))
    masks = np.stack([region_at(grid[kind - MATERIALS], y, x, bridge) for kind, bridge in kinds])
    meant = np.ones(3, np.float32)
    for k in (1, 2):
        for earlier in range(k):
            union = (masks[k] | masks[earlier]).sum()
            if meant[earlier] and (masks[k] & masks[earlier]).sum() > 0.95 * union:
                meant[k] = 0
    if meant[2] and masks[2].mean() > 0.97:
        meant[2] = 0
    return masks, meant


def _pick(rng: np.random.Generator, mask: np.ndarray) -> tuple[int, int]:
    ys, xs = np.nonzero(mask)
    i = rng.integers(len(ys))
    return int(ys[i]), int(xs[i])


def to_pixels(rng: np.random.Generator, y: int, x: int) -> list[int]:
    return [x * MASK_STRIDE + int(rng.integers(MASK_STRIDE)), y * MASK_STRIDE + int(rng.integers(MASK_STRIDE))]


def place_in_part(rng: np.random.Generator, grid: np.ndarray, by_part: float = 0.6) -> tuple[int, int] | None:
    """A labelled cell: a share `by_part` of them uniform over parts, the others uniform over cells; not often on the
    very edge.
    """
    parts = grid[PARTS - MATERIALS]
    numbers, areas = np.unique(parts[parts > 0], return_counts=True)
    numbers = numbers[areas >= LEAST_CELLS]
    if not len(numbers):
        return None
    mask = parts == rng.choice(numbers) if rng.random() < by_part else np.isin(parts, numbers)
    inner = ndimage.binary_erosion(mask, border_value=1)
    return _pick(rng, inner if inner.any() and rng.random() < 0.9 else mask)


def _many_points(rng: np.random.Generator, masks: np.ndarray, meant: np.ndarray, known: np.ndarray, slots: int) -> Any:
    """Points inside and outside one of the meant regions."""
    chosen = int(rng.choice(np.nonzero(meant)[0]))
    coords, labels = [], []
    for slot in range(slots):
        outside = known & ~masks[chosen]
        front = slot == 0 or rng.random() < 0.5 or not outside.any()
        coords.append(to_pixels(rng, *_pick(rng, masks[chosen] if front else outside)))
        labels.append(1.0 if front else 0.0)
    return coords, labels, chosen


def _box(
    rng: np.random.Generator, masks: np.ndarray, meant: np.ndarray, slots: int
) -> tuple[list[list[float]], list[float], int]:
    """A jittered box round one of the meant regions, padded to `slots` points."""
    chosen = int(rng.choice(np.nonzero(meant)[0]))
    ys, xs = np.nonzero(masks[chosen])
    box = np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], float) * MASK_STRIDE
    spread = np.tile([box[2] - box[0], box[3] - box[1]], 2)
    box = box + np.clip(rng.normal(size=4) * 0.05 * spread, -12, 12)
    limit = np.array(masks.shape[:0:-1]) * MASK_STRIDE - 1
    corners = np.clip(box.reshape(2, 2), 0, limit).tolist()
    return corners + [[0.0, 0.0]] * (slots - 2), [2.0, 3.0] + [-1.0] * (slots - 2), chosen


def draw_prompts(
    rng: np.random.Generator, labels: np.ndarray, count: int, kind: str = "point", slots: int = 1
) -> Prompts | None:
    """`count` prompts of one kind on the label maps (4, H, W) of one frame; None where nothing is labelled."""
    grid = mask_grid(np.asarray(labels))
    known = grid[PIECES - MATERIALS] > 0
    rows = []
    for _ in range(count):
        place = place_in_part(rng, grid)
        if place is None:
            return None
        masks, meant = regions_at(grid, *place)
        if kind == "point":
            coords, kinds = [to_pixels(rng, *place)], [1.0]
        elif kind == "points":
            coords, kinds, chosen = _many_points(rng, masks, meant, known, slots)
            meant = np.eye(3, dtype=np.float32)[chosen]
        else:
            coords, kinds, chosen = _box(rng, masks, meant, slots)
            meant = np.eye(3, dtype=np.float32)[chosen]
        rows.append((coords, kinds, masks, meant))
    coords, kinds, masks, meant = zip(*rows, strict=True)
    return Prompts(
        torch.tensor(coords, dtype=torch.float32),
        torch.tensor(kinds),
        torch.from_numpy(np.stack(masks)),
        torch.from_numpy(np.stack(meant)),
        torch.from_numpy(known),
    )


def draw_kind(rng: np.random.Generator) -> tuple[str, int]:
    """Kind of prompt and number of point slots for one step."""
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    return kind, {"point": 1, "points": int(rng.integers(2, 5)), "box": int(rng.integers(2, 4))}[kind]


def no_mask(outlines: torch.Tensor) -> torch.Tensor:
    """The earlier mask (1, 1, h/8, w/8) that says nothing, for a frame whose outlines (1, 2, h/8, w/8) are given."""
    return torch.zeros_like(outlines[:, :1])


def correct(prompts: Prompts, logits: torch.Tensor) -> tuple[Prompts, torch.Tensor]:
    """What a user does next: picks the mask that is nearest to one of the meant regions and clicks where it is wrong.

    `logits` (n, 3, h, w) of the first answer. Returns prompts with one more point and one meant region, and the earlier
    masks (n, 1, h, w).
    """
    rows, (height, width) = torch.arange(len(logits), device=logits.device), logits.shape[-2:]
    chosen = torch.multinomial(prompts.meant, 1)[:, 0]
    output = true_iou(logits, prompts.targets, prompts.known)[rows, :, chosen].argmax(1)
    earlier, truth = logits[rows, output], prompts.targets[rows, chosen]
    wrong = (truth != (earlier > 0)) & prompts.known.reshape(-1, height, width)
    wrong = torch.where(wrong.any(-1).any(-1)[:, None, None], wrong, truth)
    cell = torch.multinomial(wrong.flatten(1).float(), 1)[:, 0]
    y, x = cell // width, cell % width
    click = torch.stack([x, y], 1) * MASK_STRIDE + torch.randint(MASK_STRIDE, (len(rows), 2), device=logits.device)
    more = Prompts(
        torch.cat([prompts.coords, click[:, None].float()], 1),
        torch.cat([prompts.labels, truth[rows, y, x].float()[:, None]], 1),
        prompts.targets,
        F.one_hot(chosen, 3).float(),
        prompts.known,
    )
    return more, earlier[:, None]
