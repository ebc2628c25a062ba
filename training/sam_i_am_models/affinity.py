"""Same-material loss on tokens, and the figure that watches it."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

PURE = 0.8
OUTLINE_WEIGHT = 4.0


def cell_labels(labels: torch.Tensor, stride: int) -> tuple[Tensor, Tensor]:
    """Per cell of (b, h, w) labels: the commonest label and whether it fills the cell. Both (b, h*w / stride**2)."""
    numbers = torch.arange(int(labels.max()) + 1, device=labels.device, dtype=labels.dtype)
    share, commonest = F.avg_pool2d((labels[:, None] == numbers[:, None, None]).float(), stride).flatten(2).max(1)
    return commonest, (share > PURE) & (commonest > 0)


def affinity_loss(tokens: Tensor, labels: Tensor, stride: int, gain: Tensor, offset: Tensor, most: int) -> Tensor:
    """Binary cross-entropy on the cosine of token pairs: (b, d, h, w) unit tokens, (b, H, W) material labels.

    Same and different pairs weigh the same; only cells that are pure count; `most` cells per image (see `pick_cells`).
    """
    middle, pure = cell_labels(labels, stride)
    flat = tokens.flatten(2).transpose(1, 2)
    if most < flat.shape[1]:
        pick = pick_cells(middle, pure, most)
        flat, middle, pure = (
            flat.gather(1, pick[..., None].expand(-1, -1, flat.shape[2])),
            middle.gather(1, pick),
            pure.gather(1, pick),
        )
    logits = flat @ flat.transpose(1, 2) * gain.clamp(1, 20) + offset
    same = (middle[:, :, None] == middle[:, None]).float()
    weight = (pure[:, :, None] & pure[:, None]).float()
    loss = F.binary_cross_entropy_with_logits(logits, same, reduction="none") * weight
    return (loss * same).sum() / ((weight * same).sum() + 1) + (loss * (1 - same)).sum() / (
        (weight * (1 - same)).sum() + 1
    )


def pick_cells(middle: Tensor, pure: Tensor, count: int) -> Tensor:
    """Indices (b, count) of random pure cells of (b, n) labels: half of the chance is even over cells, half over
    materials.

    Small particles and narrow layers would hardly be seen otherwise.
    """
    weight = pure.float() + 1e-6
    own = torch.zeros(len(middle), int(middle.max()) + 1, device=middle.device).scatter_add(1, middle.long(), weight)
    balanced = weight / own.gather(1, middle.long()) / (own > 0.5).sum(1, keepdim=True).clamp(min=1)
    return torch.multinomial(weight / weight.sum(1, keepdim=True) + balanced, count)


def outline_targets(labels: torch.Tensor, stride: int) -> Tensor:
    """Whether an outline runs through each cell of (b, h, w) labels: (b, h / stride, w / stride) float."""
    edge = torch.zeros(labels.shape, device=labels.device)
    edge[:, 1:] += labels[:, 1:] != labels[:, :-1]
    edge[:, :, 1:] += labels[:, :, 1:] != labels[:, :, :-1]
    return F.max_pool2d(edge[:, None].clamp(max=1), stride)[:, 0]


def outline_loss(logits: Tensor, materials: Tensor, parts: Tensor, stride: int) -> Tensor:
    """Binary cross-entropy of the outlines of materials and of parts (b, 2, h, w); cells with an outline weigh more."""
    truth = torch.stack([outline_targets(materials, stride), outline_targets(parts, stride)], 1)
    loss = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    weight = 1 + (OUTLINE_WEIGHT - 1) * truth
    return (loss * weight).sum() / weight.sum()


def same_material_auc(tokens: np.ndarray, labels: np.ndarray) -> float:
    """Area under the ROC curve of the cosine as a test for "same material": (n, d) tokens, (n,) labels."""
    pairs = np.triu_indices(len(labels), 1)
    score, same = (tokens @ tokens.T)[pairs], (labels[:, None] == labels[None])[pairs]
    rank = np.empty(len(score))
    rank[score.argsort()] = np.arange(len(score))
    positive = same.sum()
    if not 0 < positive < len(same):
        return float("nan")
    return float((rank[same].sum() - positive * (positive - 1) / 2) / (positive * (len(same) - positive)))
