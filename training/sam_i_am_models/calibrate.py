"""Calibration on validation micrographs: gain of the logits, thresholds of the mask generator, distance of materials.

    python -m sam_i_am_models.calibrate --models ../models

Reads the exported graphs (gain 1), prints a table of settings, and prints what belongs into card.json and the gain.
"""

import argparse
import itertools
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .automatic_masks import Candidates, Generator, box_iou, mask_iou, passing, stability, suppress
from .evaluate import GOOD, JUNK, at_mask_grid, region_embeddings, texture_encoder, true_regions
from .measures import best_threshold, one_hot, overlap_table
from .simulated_set import image_set

GAINS = (1, 2, 3, 4, 6, 8, 12)
PREDICTED = (0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8)
STABLE = (0.85, 0.9, 0.95)
MASK_NMS = (0.6, 0.7, 0.8)
BOX_NMS = (0.7, 1.0)
JUNK_COST = 0.01  # points of piece IoU that one junk mask per image is worth


@dataclass
class Case:
    """Candidates of one micrograph with their overlaps: with each other (masks, boxes), with
    pieces, with any region.
    """

    found: Candidates
    with_pieces: np.ndarray
    truth: np.ndarray
    masks: np.ndarray | None = None
    boxes: np.ndarray | None = None

    def limit(self, gain: float) -> None:
        """Apply the gain and keep what passes the loosest thresholds, with the tables that suppression needs."""
        self.found.stability = stability(self.found.logits, 1 / gain)
        index = passing(self.found, {"predictedIou": min(PREDICTED), "stabilityScore": min(STABLE)})
        self.found, self.with_pieces, self.truth = self.found.pick(index), self.with_pieces[index], self.truth[index]
        shapes = self.found.logits > 0
        self.masks, self.boxes = (
            (mask_iou(shapes), box_iou(shapes)) if len(index) else (np.zeros((0, 0)), np.zeros((0, 0)))
        )


def gather(generator: Generator, name: str, per_class: int) -> list[Case]:
    """One case per image of a set."""
    cases = []
    for m in image_set(name, per_class):
        found = generator.candidates(generator.encode(m.image))
        regions, known = true_regions(m, found.logits.shape[-1])
        pieces = one_hot(at_mask_grid(m.pieces, found.logits.shape[-1]))
        shapes = found.logits > 0
        cases.append(Case(found, overlap_table(shapes, pieces, known), overlap_table(shapes, regions, known).max(1)))
    return cases


def choose_gain(cases: list[Case]) -> float:
    """Least gain at which nine of ten good masks have a stability score of 0.9 or more."""
    shares = {}
    for gain in GAINS:
        scores = np.concatenate([stability(c.found.logits[c.truth >= GOOD], 1 / gain) for c in cases])
        shares[gain] = float((scores >= 0.9).mean())
        quantiles = np.quantile(scores, (0.1, 0.5)).round(3)
        print(f"gain {gain}: {shares[gain]:.3f} of good masks have stability >= 0.9; quantiles {quantiles}")
    return next((g for g in GAINS if shares[g] >= 0.9), GAINS[-1])


def _kept(case: Case, thresholds: dict) -> np.ndarray:
    index = passing(case.found, thresholds)
    for name, table in (("boxNms", case.boxes), ("maskNms", case.masks)):
        if len(index) and (thresholds[name] or 1) < 1:
            assert table is not None, "thresholds are chosen with the overlaps of candidates"
            index = index[suppress(case.found.predicted_iou[index], table[np.ix_(index, index)], thresholds[name])]
    return index


def score(cases: list[Case], thresholds: dict) -> dict:
    """Mean best IoU per piece, kept masks and junk per image at one setting."""
    kept = [(case, _kept(case, thresholds)) for case in cases]
    return {
        "piece": float(np.mean([case.with_pieces[index].max(0).mean() if len(index) else 0.0 for case, index in kept])),
        "masks": float(np.mean([len(index) for _, index in kept])),
        "junk": float(np.mean([(case.truth[index] < JUNK).sum() for case, index in kept])),
    }


def choose_thresholds(cases: list[Case], gain: float) -> dict:
    """The setting with the highest piece IoU less the cost of junk."""
    for case in cases:
        case.limit(gain)
    best, best_value = {}, -np.inf
    for predicted, stable, box, mask in itertools.product(PREDICTED, STABLE, BOX_NMS, MASK_NMS):
        thresholds = {"predictedIou": predicted, "stabilityScore": stable, "boxNms": box, "maskNms": mask}
        found = score(cases, thresholds)
        value = found["piece"] - JUNK_COST * found["junk"]
        print(thresholds, {k: round(v, 3) for k, v in found.items()}, round(value, 4), flush=True)
        if value > best_value:
            best, best_value = thresholds, value
    return best


def _mean_direction(vectors: np.ndarray) -> np.ndarray:
    mean = vectors.mean(0)
    return mean / np.linalg.norm(mean)


def material_distances(models: Path, name: str, per_class: int) -> list[tuple[int, np.ndarray, np.ndarray]]:
    """Per micrograph: class, cosine distances between mean embeddings of pieces of the same and of different materials.

    Two halves of one piece's crops count as a pair of the same material.
    """
    texture, rng, cases = texture_encoder(models), np.random.default_rng(0), []
    for m in image_set(name, per_class):
        vectors, owners, material_of = region_embeddings(m, texture, rng)
        same: list[float] = []
        different: list[float] = []
        for piece in material_of:
            own = vectors[owners == piece]
            same.append(1 - float(_mean_direction(own[::2]) @ _mean_direction(own[1::2])))
        for a, b in itertools.combinations(material_of, 2):
            distance = 1 - float(_mean_direction(vectors[owners == a]) @ _mean_direction(vectors[owners == b]))
            (same if material_of[a] == material_of[b] else different).append(distance)
        cases.append((m.difficulty, np.array(same), np.array(different)))
    return cases


def report_distances(cases: list[tuple[int, np.ndarray, np.ndarray]]) -> None:
    """Quantiles by class, and the threshold over all classes."""
    for difficulty in (1, 2, 3):
        same, different = (np.concatenate([c[k] for c in cases if c[0] == difficulty]) for k in (1, 2))
        near, far = np.quantile(same, (0.5, 0.9)).round(3), np.quantile(different, (0.1, 0.5)).round(3)
        print(f"class {difficulty}: same {near}, different {far}")
        print("  threshold, accuracy", np.round(best_threshold([c[1:] for c in cases if c[0] == difficulty]), 3))
    distance, accuracy = best_threshold([c[1:] for c in cases])
    print(json.dumps({"sameMaterialDistance": round(distance, 3), "accuracy": round(accuracy, 3)}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--per-class", type=int, default=8)
    parser.add_argument("--input-size", type=int, default=1024)
    parser.add_argument("--only", choices=["masks", "texture"])
    options = parser.parse_args()
    if options.only != "masks":
        report_distances(material_distances(options.models, "validation", options.per_class))
    if options.only != "texture":
        cases = gather(
            Generator(options.models / "sam-i-am-small", options.input_size), "validation", options.per_class
        )
        gain = choose_gain(cases)
        print(json.dumps({"gain": gain, "thresholds": choose_thresholds(cases, gain)}))


if __name__ == "__main__":
    main()
