"""A plain automatic mask generator over the ONNX graphs, with the semantics of SAM's (one crop layer)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .architectures.mask_decoder import MASK_STRIDE, STRIDE
from .crops import resize_image, scale_grey
from .export import EMBEDDING_NAMES, session

BATCH = 32


@dataclass
class Candidates:
    """Masks on the mask grid: (n, h, w) bool with predicted IoU, stability score and prompt (x, y) in input pixels."""

    logits: np.ndarray
    predicted_iou: np.ndarray
    stability: np.ndarray
    points: np.ndarray

    def pick(self, index: np.ndarray) -> Candidates:
        return Candidates(self.logits[index], self.predicted_iou[index], self.stability[index], self.points[index])

    def __len__(self) -> int:
        return len(self.predicted_iou)


def prepare(image: np.ndarray, input_size: int) -> np.ndarray:
    """(1, 1, h, w) input: scaled grey, longest side `input_size`, edges repeated up to multiples of 32."""
    grey = torch.from_numpy(scale_grey(image))
    factor = input_size / max(grey.shape)
    height, width = (max(STRIDE, round(side * factor)) for side in grey.shape)
    if (height, width) != tuple(grey.shape):
        grey = resize_image(grey, height, width)
    padded = F.pad(grey[None, None], (0, -width % STRIDE, 0, -height % STRIDE), mode="replicate")
    return padded.clamp(0, 1).numpy()


def grid_points(height: int, width: int, side: int) -> np.ndarray:
    """(side * side, 2) cell centres (x, y) in pixels, unshifted."""
    x, y = np.meshgrid((np.arange(side) + 0.5) * width / side - 0.5, (np.arange(side) + 0.5) * height / side - 0.5)
    return np.stack([x.ravel(), y.ravel()], 1).astype(np.float32)


def stability(logits: np.ndarray, offset: float = 1.0) -> np.ndarray:
    """IoU of the masks thresholded at +offset and -offset: over the last two axes."""
    return (logits > offset).sum((-1, -2)) / np.maximum((logits > -offset).sum((-1, -2)), 1)


class Generator:
    """Runs encoder.onnx and decoder.onnx of one folder."""

    def __init__(self, folder: Path, input_size: int = 1024) -> None:
        self.encoder, self.decoder = session(f"{folder}/encoder.onnx"), session(f"{folder}/decoder.onnx")
        self.input_size = input_size

    def encode(self, image: np.ndarray) -> dict:
        return dict(
            zip(EMBEDDING_NAMES, self.encoder.run(None, {"image": prepare(image, self.input_size)}), strict=True)
        )

    def candidates(self, features: dict, side: int = 16) -> Candidates:
        """All masks of a `side` x `side` point grid, three per point."""
        height, width = (MASK_STRIDE * s for s in features["high_res_features_8"].shape[-2:])
        points = grid_points(height, width, side)
        scores, masks = [], []
        for start in range(0, len(points), BATCH):
            some = points[start : start + BATCH, None]
            labels = np.ones(some.shape[:2], np.float32)
            iou, logits = self.decoder.run(
                None,
                {
                    **features,
                    "point_coords": some,
                    "point_labels": labels,
                    "mask_input": np.zeros_like(features["outlines"][:, :1]),
                },
            )
            scores.append(iou)
            masks.append(logits)
        logits = np.concatenate(masks).reshape(-1, height // MASK_STRIDE, width // MASK_STRIDE)
        return Candidates(logits, np.concatenate(scores).ravel(), stability(logits), np.repeat(points, 3, 0))


def mask_iou(masks: np.ndarray) -> np.ndarray:
    """(n, n) IoU of (n, h, w) bool masks."""
    flat = masks.reshape(len(masks), -1).astype(np.float32)
    overlap = flat @ flat.T
    area = np.diag(overlap)
    return overlap / np.maximum(area[:, None] + area[None] - overlap, 1)


def box_iou(masks: np.ndarray) -> np.ndarray:
    """(n, n) IoU of the bounding boxes of (n, h, w) bool masks."""
    boxes = []
    for mask in masks:
        rows, columns = np.nonzero(mask.any(1))[0], np.nonzero(mask.any(0))[0]
        boxes.append((columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
    boxes = np.array(boxes, float)
    low, high = np.maximum(boxes[:, None, :2], boxes[None, :, :2]), np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    overlap = np.clip(high - low, 0, None).prod(-1)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(-1)
    return overlap / (area[:, None] + area[None] - overlap)


def suppress(scores: np.ndarray, overlaps: np.ndarray, limit: float) -> np.ndarray:
    """Indices kept by non-maximum suppression, best score first."""
    alive, kept = np.ones(len(scores), bool), []
    for index in np.argsort(-scores, kind="stable"):
        if alive[index]:
            kept.append(index)
            alive &= overlaps[index] <= limit
    return np.array(kept, int)


def passing(found: Candidates, thresholds: dict, least_area: int = 12) -> np.ndarray:
    """Indices of the candidates that pass the thresholds on predicted IoU and stability."""
    area = (found.logits > 0).sum((-1, -2))
    return np.nonzero(
        (found.predicted_iou > thresholds["predictedIou"])
        & (found.stability >= thresholds["stabilityScore"])
        & (area >= least_area)
    )[0]


def filter_candidates(found: Candidates, thresholds: dict) -> Candidates:
    """Thresholds of the manifest: predicted IoU, stability, then suppression by boxes and by
    masks (None or 1: none).
    """
    found = found.pick(passing(found, thresholds))
    for name, overlap in (("boxNms", box_iou), ("maskNms", mask_iou)):
        if len(found) and (thresholds[name] or 1) < 1:
            found = found.pick(suppress(found.predicted_iou, overlap(found.logits > 0), thresholds[name]))
    return found


def full_masks(found: Candidates, shape: tuple[int, int], input_size: int) -> np.ndarray:
    """(n, height, width) bool masks of an image of `shape`."""
    if not len(found):
        return np.zeros((0, *shape), bool)
    factor = input_size / max(shape)
    height, width = (max(STRIDE, round(side * factor)) for side in shape)
    rows = []
    for logits in found.logits:
        raised = F.interpolate(
            torch.from_numpy(logits)[None, None], scale_factor=float(MASK_STRIDE), mode="bilinear", align_corners=False
        )
        raised = F.interpolate(raised[..., :height, :width], shape, mode="bilinear", align_corners=False)
        rows.append((raised[0, 0] > 0).numpy())
    return np.stack(rows)
