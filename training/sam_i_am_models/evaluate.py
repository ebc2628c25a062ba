"""Figures for the model card: the exported graphs on a fixed set of simulated 1024 x 1024 micrographs.

    python -m sam_i_am_models.evaluate --models ../models [--set test] [--per-class 30]

Per difficulty class: best IoU of a mask per true connected piece (all candidates, kept masks), kept masks per image and
how many of them match no true region (junk), k-means of the texture tokens as the baseline, quality of the IoU head,
stability of good masks, and the texture encoder's regions right.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .automatic_masks import Candidates, Generator, filter_candidates, full_masks
from .export import session
from .measures import cluster, connected, majority, one_hot, overlap_table, regions_right, spearman
from .piece_crops import pieces_in_crops
from .simulate import Micrograph
from .simulated_set import SIZE, image_set

Describe = Callable[[np.ndarray], np.ndarray]  # crops (k, 1, 60, 60) to vectors (k, n)

GOOD, JUNK = 0.8, 0.5
CROPS_PER_REGION = 16


def at_mask_grid(labels: np.ndarray, cells: int) -> np.ndarray:
    step = labels.shape[0] // cells
    return labels[step // 2 :: step, step // 2 :: step]


def true_regions(m: Micrograph, cells: int) -> Any:
    """Parts, pieces and groups on the mask grid (n, cells, cells), and where the truth is known."""
    grids = [at_mask_grid(x, cells) for x in (m.parts, m.pieces, m.groups)]
    return np.concatenate([one_hot(g) for g in grids]), grids[1] > 0


def mask_figures(m: Micrograph, found: Candidates, thresholds: dict, input_size: int) -> dict:
    """Figures of the mask generator on one micrograph."""
    cells = found.logits.shape[-1]
    regions, known = true_regions(m, cells)
    truth = overlap_table(found.logits > 0, regions, known).max(1)
    good = truth >= GOOD
    pieces = one_hot(m.pieces)
    kept = filter_candidates(found, thresholds)
    best = overlap_table(full_masks(kept, m.image.shape, input_size), pieces, m.pieces > 0)
    ceiling = overlap_table(found.logits > 0, one_hot(at_mask_grid(m.pieces, cells)), known)
    kept_truth = overlap_table(kept.logits > 0, regions, known).max(1) if len(kept) else np.zeros(0)
    per_piece = best.max(0) if len(kept) else np.zeros(len(pieces))
    return {
        "piece IoU, all": float(ceiling.max(0).mean()),
        "piece IoU, kept": float(per_piece.mean()),
        "recall at .75": float((per_piece > 0.75).mean()),
        "masks": len(kept),
        "junk": float((kept_truth < JUNK).sum()),
        "IoU head error": float(np.abs(found.predicted_iou - truth).mean()),
        "IoU head rank": spearman(found.predicted_iou, truth) if truth.std() > 0 else np.nan,
        "stable good": float((found.stability[good] >= thresholds["stabilityScore"]).mean()) if good.any() else np.nan,
        "stability 10 %": float(np.quantile(found.stability[good], 0.1)) if good.any() else np.nan,
    }


def token_figures(m: Micrograph, tokens: np.ndarray) -> dict:
    """k-means of the texture tokens (1, d, h, w), number of materials known: pieces and materials."""
    _, depth, height, width = tokens.shape
    count = len(np.unique(m.materials[m.materials > 0]))
    labels = cluster(tokens[0].reshape(depth, -1).T, count).reshape(height, width)
    labels = np.kron(labels, np.ones((SIZE // height, SIZE // width), int))
    pieces, materials, known = one_hot(m.pieces), one_hot(m.materials), m.pieces > 0
    components = connected(labels, 256)[:200]
    return {
        "k-means piece IoU": float(overlap_table(components, pieces, known).max(0).mean()),
        "k-means material IoU": float(overlap_table(one_hot(labels + 1), materials, m.materials > 0).max(0).mean()),
    }


def texture_encoder(models: Path) -> Describe:
    """The shipped encoder as a function of crops (k, 1, 60, 60) to embeddings (k, 64)."""
    texture = session(models / "sam-i-am-texture" / "encoder.onnx")
    return lambda crops: texture.run(None, {"crops": crops})[0]


def region_embeddings(m: Micrograph, describe: Describe, rng: np.random.Generator) -> Any:
    """Embeddings (n, d) by `describe`, the piece of each, and the material of each piece."""
    found = list(pieces_in_crops(rng, m, CROPS_PER_REGION))
    rows = [describe(crops) for _, crops in found]
    owners = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    return (
        (np.concatenate(rows) if rows else np.zeros((0, 64))),
        owners,
        {number: material for number, (material, _) in enumerate(found)},
    )


def regions_told_apart(
    m: Micrograph, describe: Describe, rng: np.random.Generator, scaled: Describe = lambda vectors: vectors
) -> float:
    """Share of the true pieces whose crops' majority falls into the cluster of their material, number known; nan where
    one material is shown.
    """
    vectors, owners, material_of = region_embeddings(m, describe, rng)
    count = len(set(material_of.values()))
    if count < 2:
        return np.nan
    return regions_right(majority(cluster(scaled(vectors), count), owners), material_of)


def table(rows: list[dict]) -> str:
    """Markdown table: one line per figure, one column per difficulty class."""
    names = [n for n in rows[0] if n != "class"]
    lines = ["| figure | class 1 | class 2 | class 3 | all |", "| --- | --- | --- | --- | --- |"]
    for name in names:
        cells = [np.nanmean([r[name] for r in rows if c in (0, r["class"])]) for c in (1, 2, 3, 0)]
        lines.append(f"| {name} | " + " | ".join(f"{c:.3f}" if c < 10 else f"{c:.1f}" for c in cells) + " |")
    return "\n".join(lines)


def run(models: Path, name: str, per_class: int, input_size: int, thresholds: dict) -> list[dict]:
    generator = Generator(models / "sam-i-am-small", input_size)
    texture = texture_encoder(models)
    rows, rng = [], np.random.default_rng(0)
    for m in image_set(name, per_class):
        features = generator.encode(m.image)
        found = generator.candidates(features)
        row = {"class": m.difficulty} | mask_figures(m, found, thresholds, input_size)
        rows.append(
            row | token_figures(m, features["texture_tokens"]) | {"texture right": regions_told_apart(m, texture, rng)}
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--set", choices=["validation", "test"], default="validation")
    parser.add_argument("--per-class", type=int, default=10)
    parser.add_argument("--input-size", type=int, help="by default the manifest's")
    parser.add_argument("--thresholds", type=json.loads, default={}, help='JSON, e.g. {"predictedIou": 0.7}')
    options = parser.parse_args()
    manifest = json.loads((options.models / "manifest.json").read_text())["models"][0]
    thresholds = manifest["thresholds"] | options.thresholds
    input_size = options.input_size or manifest["inputSize"]
    print(f"set {options.set}, {options.per_class} per class, input {input_size}, thresholds {thresholds}\n")
    print(table(run(options.models, options.set, options.per_class, input_size, thresholds)))


if __name__ == "__main__":
    main()
