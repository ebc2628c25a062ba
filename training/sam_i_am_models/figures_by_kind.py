"""Tables by kind of scene and by size of piece: how well tokens tell materials apart, and what one point in a part
gives.

    python -m sam_i_am_models.figures_by_kind --sam checkpoints/shipped.pt --frames FRAMES/lab_validation --count 96

For every part (at most PARTS_SEEN of a micrograph, the smaller ones as often as the larger): best IoU of the three
outputs with that part, piece or group, and what the IoU head makes of it. `kept` is the share of good masks (IoU of at
least GOOD) that the head lets through at the shipped threshold.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .affinity import cell_labels, same_material_auc
from .architectures import ImageEncoder, MaskDecoder
from .architectures.image_encoder import TOKEN_STRIDE
from .crops import scale_grey
from .dataset import IMAGE, MATERIALS, PARTS, Shards
from .export import load_sam
from .mask_loss import true_iou
from .prompts import mask_grid, no_mask, regions_at, to_pixels

PARTS_SEEN, GOOD, THRESHOLD = 12, 0.75, 0.5
SIZES = (16, 32, 64, 128, 256)  # pixels: roots of areas


def size_class(area: float) -> str:
    """Name of the class of a part by the root of its area in pixels."""
    side = area**0.5
    return next((f"below {limit}" for limit in SIZES if side < limit), f"from {SIZES[-1]}")


@torch.no_grad()
def measure(
    encoder: ImageEncoder, decoder: MaskDecoder, maps: np.ndarray, rng: np.random.Generator
) -> tuple[float, list[dict]]:
    """Token AUC of one micrograph (maps: 5, h, w), and one row for each part that was prompted."""
    device = next(encoder.parameters()).device
    features = encoder(torch.from_numpy(scale_grey(maps[IMAGE]))[None, None].to(device))
    middle, pure = cell_labels(torch.from_numpy(np.array(maps[MATERIALS]))[None], TOKEN_STRIDE)
    side = maps.shape[-1] // TOKEN_STRIDE
    middle, pure = (t.reshape(side, side)[::4, ::4].flatten().numpy() for t in (middle, pure))
    auc = same_material_auc(features[3][0, :, ::4, ::4].flatten(1).T.cpu().numpy()[pure], middle[pure])
    grid = mask_grid(np.array(maps[MATERIALS:]))
    parts = grid[PARTS - MATERIALS]
    shown = np.unique(parts[parts > 0])
    if not len(shown):
        return auc, []
    areas = np.bincount(np.asarray(maps[PARTS]).ravel(), minlength=256)
    rows: list[dict[str, Any]] = []
    coords, targets, meant = [], [], []
    for part in rng.permutation(shown)[:PARTS_SEEN]:
        ys, xs = np.nonzero(parts == part)
        pick = int(rng.integers(len(ys)))
        masks, counts = regions_at(grid, int(ys[pick]), int(xs[pick]))
        coords.append([to_pixels(rng, int(ys[pick]), int(xs[pick]))])
        targets.append(masks)
        meant.append(counts)
        rows.append(dict(size=size_class(areas[part])))
    coords, labels = torch.tensor(coords, dtype=torch.float32, device=device), torch.ones(len(rows), 1, device=device)
    predicted, logits = decoder(*features, coords, labels, no_mask(features[-1]))
    known = torch.from_numpy(parts > 0).to(device)
    found = (
        true_iou(logits, torch.from_numpy(np.stack(targets)).to(device), known)
        * torch.from_numpy(np.stack(meant)).to(device)[:, None]
    )
    for index, row in enumerate(rows):
        true, best = found[index].max(-1).values, int(found[index, :, 0].argmax())
        row |= dict(
            part=float(found[index, best, 0]),
            predicted=float(predicted[index, best]),
            error=float((predicted[index] - true).abs().mean()),
        )
    return auc, rows


def table(rows: list[dict], key: str) -> dict:
    """Mean figures of the rows by `key`."""
    out = {}
    for name in sorted({row[key] for row in rows}):
        own = [row for row in rows if row[key] == name]
        good = [row for row in own if row["part"] >= GOOD]
        kept = np.mean([row["predicted"] >= THRESHOLD for row in good]) if good else float("nan")
        out[name] = dict(
            parts=len(own),
            one_point=_mean(own, "part"),
            good=round(len(good) / len(own), 3),
            kept=round(float(kept), 3),
            iou_error=_mean(own, "error"),
        )
    return out


def _mean(rows: list[dict[str, Any]], name: str) -> float:
    return round(float(np.mean([row[name] for row in rows])), 3)


def figures(encoder: ImageEncoder, decoder: MaskDecoder, shards: Shards, count: int, by_class: bool = False) -> dict:
    """Tables over `count` micrographs:

    `auc` by kind, `kind` and `size` of parts, `all`. `by_class`: difficulty in place of the kind.
    """
    rows: list[dict[str, Any]] = []
    found: dict[Any, list[float]] = {}
    for index in range(min(count, len(shards))):
        maps, difficulty = shards[index]
        kind = f"class {difficulty}" if by_class else shards.kinds[index]
        auc, own = measure(encoder, decoder, maps, np.random.default_rng([9, index]))
        found.setdefault(kind, []).append(auc)
        rows += [row | dict(kind=kind, all="all") for row in own]
    aucs = {
        kind: round(float(np.nanmean(values)), 3) if np.isfinite(values).any() else None
        for kind, values in sorted(found.items())
    }
    return dict(auc=aucs) | {key: table(rows, key) for key in ("kind", "size", "all")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sam", type=Path, required=True)
    parser.add_argument("--frames", type=Path, required=True, help="folder with shards, as FRAMES/lab_validation")
    parser.add_argument("--count", type=int, default=96)
    parser.add_argument("--by-class", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    out = figures(*load_sam(options.sam), Shards(options.frames), options.count, options.by_class)
    print("token AUC", out["auc"])
    for key in ("kind", "size", "all"):
        for name, row in out[key].items():
            print(f"{key:5} {name:16}", *(f"{title} {value}" for title, value in row.items()))
    if options.json:
        options.json.write_text(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
