"""Figures of the evaluation: overlaps with true regions, rank correlation, k-means, regions right."""

import numpy as np
from scipy import ndimage
from scipy.cluster.vq import kmeans2


def one_hot(labels: np.ndarray) -> np.ndarray:
    """(n, h, w) bool masks of the labels > 0."""
    numbers = np.unique(labels[labels > 0])
    return labels[None] == numbers[:, None, None]


def overlap_table(masks: np.ndarray, truth: np.ndarray, known: np.ndarray) -> np.ndarray:
    """IoU (masks, regions) over the `known` pixels of (n, h, w) and (m, h, w) bool arrays."""
    if not len(masks) or not len(truth):
        return np.zeros((len(masks), len(truth)))
    a = (masks & known).reshape(len(masks), -1).astype(np.float32)
    b = (truth & known).reshape(len(truth), -1).astype(np.float32)
    overlap = a @ b.T
    return overlap / np.maximum(a.sum(1)[:, None] + b.sum(1)[None] - overlap, 1)


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Rank correlation."""
    ranks = [np.argsort(np.argsort(v)) for v in (a, b)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def cluster(vectors: np.ndarray, count: int, tries: int = 10) -> np.ndarray:
    """k-means with k-means++ starts: the labels of the tightest of `tries` runs."""
    best, best_cost = np.zeros(len(vectors), int), np.inf
    if count == 1:
        return best
    for seed in range(tries):
        centres, labels = kmeans2(vectors, count, minit="++", seed=seed, iter=30, missing="warn")
        cost = ((vectors - centres[labels]) ** 2).sum()
        if cost < best_cost:
            best, best_cost = labels, cost
    return best


def connected(labels: np.ndarray, least: int) -> np.ndarray:
    """(n, h, w) connected pieces of every label, at least `least` cells."""
    out = []
    for label in np.unique(labels):
        pieces, count = ndimage.label(labels == label)
        areas = np.bincount(pieces.ravel())
        out += [pieces == p for p in range(1, count + 1) if areas[p] >= least]
    return np.stack(out) if out else np.zeros((0, *labels.shape), bool)


def majority(labels: np.ndarray, owners: np.ndarray) -> dict[int, int]:
    """Commonest label of each owner."""
    return {int(o): int(np.bincount(labels[owners == o]).argmax()) for o in np.unique(owners)}


def regions_right(voted: dict[int, int], material_of: dict[int, int]) -> float:
    """Share of regions whose cluster stands for their material, under the best one-to-one pairing."""
    from scipy.optimize import linear_sum_assignment

    clusters, materials = sorted(set(voted.values())), sorted(set(material_of.values()))
    table = np.zeros((len(clusters), len(materials)))
    for region, label in voted.items():
        table[clusters.index(label), materials.index(material_of[region])] += 1
    rows, columns = linear_sum_assignment(-table)
    return float(table[rows, columns].sum() / len(voted))


def best_threshold(cases: list[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float]:
    """Distance that best parts same from different pairs, and its accuracy.

    `cases`: distances (same, different) of each micrograph; every micrograph weighs the same, and within it both kinds
    do.
    """
    candidates = np.unique(np.concatenate([d for case in cases for d in case]))
    if len(candidates) > 500:
        candidates = np.quantile(candidates, np.linspace(0, 1, 500))
    scores = []
    for limit in candidates:
        shares = [
            [(same <= limit).mean()] * (len(same) > 0) + [(other > limit).mean()] * (len(other) > 0)
            for same, other in cases
        ]
        scores.append(np.mean([np.mean(s) for s in shares if s]))
    best = int(np.argmax(scores))
    return float(candidates[best]), float(scores[best])
