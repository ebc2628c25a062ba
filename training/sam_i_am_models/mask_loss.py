"""Losses of the mask decoder: three outputs are matched to the one to three regions that a prompt may mean."""

from itertools import permutations

import torch
import torch.nn.functional as F
from torch import Tensor

FOCAL_WEIGHT, DICE_WEIGHT, IOU_WEIGHT = 20.0, 1.0, 1.0
IDLE_WEIGHT = 0.02
ORDERS = torch.tensor(list(permutations(range(3))))


def pair_losses(logits: Tensor, targets: Tensor, known: Tensor) -> Tensor:
    """Focal (no alpha) plus dice of every output against every target: (n, 3 outputs, 3 targets).

    `known` (h, w), or (n, 1, h, w) for several frames.
    """
    weight = known.float()
    total = weight.sum((-1, -2)) + 1
    table = []
    probability = torch.sigmoid(logits)
    for k in range(targets.shape[1]):
        truth = targets[:, k : k + 1].float().expand_as(logits)
        entropy = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
        right = probability * truth + (1 - probability) * (1 - truth)
        focal = ((1 - right) ** 2 * entropy * weight).sum((-1, -2)) / total
        overlap = (probability * truth * weight).sum((-1, -2))
        dice = 1 - (2 * overlap + 1) / (((probability + truth) * weight).sum((-1, -2)) + 1)
        table.append(FOCAL_WEIGHT * focal + DICE_WEIGHT * dice)
    return torch.stack(table, -1)


def true_iou(logits: Tensor, targets: Tensor, known: Tensor) -> Tensor:
    """IoU of every thresholded output with every target, where the truth is known: (n, outputs, targets)."""
    masks = ((logits > 0) & known).flatten(2).float()
    truth = (targets & known).flatten(2).float()
    overlap = masks @ truth.transpose(1, 2)
    union = masks.sum(-1)[:, :, None] + truth.sum(-1)[:, None] - overlap
    return overlap / union.clamp(min=1)


def decoder_losses(iou: Tensor, logits: Tensor, targets: Tensor, meant: Tensor, known: Tensor) -> dict[str, Tensor]:
    """Named losses of one frame: `mask` (best matching of outputs and targets) and `iou`; figures start with `_`."""
    table = pair_losses(logits, targets, known)
    orders = ORDERS.to(logits.device)
    chosen = torch.stack([table[:, order, torch.arange(3)] for order in orders], 1)
    cost = (chosen * meant[:, None]).sum(-1) / meant.sum(-1, keepdim=True)
    matched = cost.min(1).values.mean()
    idle = (table + (1 - meant[:, None]) * 1e3).min(-1).values.mean()
    with torch.no_grad():
        found = true_iou(logits, targets, known) * meant[:, None]
        truth = found.max(-1).values
        best = found.max(1).values.sum(-1) / meant.sum(-1)
    return {
        "mask": matched + IDLE_WEIGHT * idle,
        "iou": IOU_WEIGHT * F.mse_loss(iou, truth) * 4,
        "_best": best.mean(),
        "_iou_error": (iou.detach() - truth).abs().mean(),
    }
