"""Exact maps from region numbers: connected pieces, visible parts and groups of pieces that belong together."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import ndimage

LARGEST_NUMBER = 254


def connected_pieces(labels: np.ndarray, least_area: int) -> np.ndarray:
    """Number the connected pieces of every label > 0, by label and falling area.

    Pieces below `least_area` pixels get 0.
    """
    pieces, count = ndimage.label(_linked(labels))
    pieces = pieces[::2, ::2]
    areas = np.bincount(pieces.ravel(), minlength=count + 1)
    label = np.zeros(count + 1, labels.dtype)
    label[pieces.ravel()] = labels.ravel()
    large = np.nonzero(areas[1:] >= least_area)[0] + 1
    kept = large[np.lexsort((-areas[large], label[large]))][:LARGEST_NUMBER]
    number = np.zeros(count + 1, np.uint8)
    number[kept] = np.arange(1, len(kept) + 1)
    return number[pieces]


def _linked(labels: np.ndarray) -> np.ndarray:
    """Pixels of a label > 0 two apart, with a link between neighbours of one label: what is connected there is one
    piece.
    """
    height, width = labels.shape
    links = np.zeros((2 * height - 1, 2 * width - 1), bool)
    links[::2, ::2] = labels > 0
    links[1::2, ::2] = (labels[1:] == labels[:-1]) & (labels[1:] > 0)
    links[::2, 1::2] = (labels[:, 1:] == labels[:, :-1]) & (labels[:, 1:] > 0)
    return links


def neighbours(pieces: np.ndarray, reach: int) -> dict[int, set[int]]:
    """Pieces that touch, or lie no further apart than `reach` pixels along a row or a column."""
    found: set[Any] = set()
    for step in {1, max(1, reach // 2), max(1, reach)}:
        for first, second in ((pieces[step:], pieces[:-step]), (pieces[:, step:], pieces[:, :-step])):
            meet = (first != second) & (first > 0) & (second > 0)
            counts = np.bincount(first[meet].astype(np.int32) * 256 + second[meet])
            found.update((int(code) // 256, int(code) % 256) for code in np.nonzero(counts)[0])
    out: dict[int, set[int]] = {int(p): set() for p in np.unique(pieces[pieces > 0])}
    for a, b in found:
        out[int(a)].add(int(b))
        out[int(b)].add(int(a))
    return out


def touching_groups(pieces: np.ndarray, materials: np.ndarray, similar: Callable[..., Any], reach: int) -> np.ndarray:
    """Group number per pixel: a host with what it encloses, and touching pieces of materials
    for which `similar(a, b)`.
    """
    touch = neighbours(pieces, reach)
    border = set(np.unique(np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]])).tolist())
    numbers, first = np.unique(pieces, return_index=True)
    material = dict(zip(numbers.tolist(), materials.ravel()[first].tolist(), strict=True))
    parent = {p: p for p in touch}

    def root(p: int) -> int:
        while parent[p] != p:
            p = parent[p]
        return p

    for piece, others in touch.items():
        if len(others) == 1 and piece not in border:
            parent[root(piece)] = root(next(iter(others)))
        for other in others:
            if material[piece] != material[other] and similar(material[piece], material[other]):
                parent[root(piece)] = root(other)
    table = np.zeros(256, np.uint8)
    for piece in touch:
        table[piece] = root(piece)
    return table[pieces]
