"""Cells and the walls between them: what polycrystals, foams, dendrites, precipitates and mud cracks have in common.

Lengths in pixels of the frame.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from ..fields import smooth_field

NEAREST = 4  # seeds that may bound a place
FAR = 1e4  # distance to a wall where there is none


@dataclass
class Cells:
    """`number` int32 (size, size): which cell; `wall` float32: distance to the nearest wall; `count` cells in all."""

    number: np.ndarray
    wall: np.ndarray
    count: int


@dataclass(frozen=True)
class Pattern:
    """`spacing` pixels between cells, `jitter` 0 regular to 0.6 random, `aspect` > 1 stretched along `angle` degrees,
    `merged` share of the walls that are left
    out, `rounding` radius of corners (smaller cells fill up with wall), `waves` pixels by which walls wander."""

    spacing: float
    jitter: float = 0.35
    aspect: float = 1.0
    angle: float = 0.0
    merged: float = 0.0
    rounding: float = 0.0
    waves: float = 0.0


def draw_cells(rng: np.random.Generator, size: int, pattern: Pattern) -> Cells:
    """Voronoi cells of a jittered hexagonal grid; computed on every second pixel, distances
    between are interpolated.
    """
    step = 2 if size >= 256 else 1
    y, x = _places(rng, size, step, pattern)
    seeds = _seeds(rng, y, x, pattern)
    near, index = cKDTree(seeds).query(np.stack([y.ravel(), x.ravel()], 1), k=NEAREST)
    wall = _wall_distance(seeds, near, index, pattern.merged, int(rng.integers(1 << 30))).reshape(y.shape)
    number = index[:, 0].reshape(y.shape).astype(np.int32)
    if pattern.rounding > step:
        wall = _rounded(wall, pattern.rounding, step)
    return Cells(_enlarged(number, size, step, 0), _enlarged(wall.astype(np.float32), size, step, 1), len(seeds))


def per_cell(rng: np.random.Generator, cells: Cells, low: float, high: float) -> np.ndarray:
    """A random value for each cell, spread over its pixels; float32 (size, size)."""
    return rng.uniform(low, high, cells.count).astype(np.float32)[cells.number]


def chosen(rng: np.random.Generator, cells: Cells, share: float) -> np.ndarray:
    """The pixels of a random share of the cells; bool (size, size)."""
    return (rng.random(cells.count) < share)[cells.number]


def _places(rng: np.random.Generator, size: int, step: int, pattern: Pattern) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates in which the cells are round: turned, stretched, wandering."""
    line = np.arange(0, size, step, dtype=np.float32)
    y, x = np.meshgrid(line, line, indexing="ij")
    if pattern.waves > 0:
        bumps = max(3, min(100, round(size / (0.7 * pattern.spacing))))
        y = y + pattern.waves * smooth_field(rng, len(line), bumps).numpy()
        x = x + pattern.waves * smooth_field(rng, len(line), bumps).numpy()
    turn = np.deg2rad(pattern.angle)
    along, across = np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x
    return across * np.float32(np.sqrt(pattern.aspect)), along / np.float32(np.sqrt(pattern.aspect))


def _seeds(rng: np.random.Generator, y: np.ndarray, x: np.ndarray, pattern: Pattern) -> np.ndarray:
    rows = np.arange(y.min() - 2 * pattern.spacing, y.max() + 2 * pattern.spacing, pattern.spacing * 0.866)
    columns = np.arange(x.min() - 2 * pattern.spacing, x.max() + 2 * pattern.spacing, pattern.spacing)
    grid_y, grid_x = np.meshgrid(rows, columns, indexing="ij")
    grid_x = grid_x + (np.arange(len(rows)) % 2)[:, None] * pattern.spacing / 2
    seeds = np.stack([grid_y.ravel(), grid_x.ravel()], 1)
    return seeds + rng.uniform(-1, 1, seeds.shape) * pattern.jitter * pattern.spacing


def _wall_distance(seeds: np.ndarray, near: np.ndarray, index: np.ndarray, merged: float, salt: int) -> np.ndarray:
    """Distance to the nearest of the walls towards the next seeds, without the walls that are left out."""
    wall = np.full(len(near), FAR)
    for other in range(1, NEAREST):
        apart = np.linalg.norm(seeds[index[:, 0]] - seeds[index[:, other]], axis=1)
        distance = (near[:, other] ** 2 - near[:, 0] ** 2) / (2 * np.maximum(apart, 1e-6))
        if merged > 0:
            distance = np.where(_left_out(index[:, 0], index[:, other], merged, salt), FAR, distance)
        wall = np.minimum(wall, distance)
    return wall


def _rounded(wall: np.ndarray, radius: float, step: int) -> np.ndarray:
    """Distances to walls whose corners are round: what is left of the cells after shrinking by
    `radius`, grown again.
    """
    away = step * ndimage.distance_transform_edt(wall <= radius)
    return np.where(away > 0, radius - away, wall)


def _left_out(first: np.ndarray, second: np.ndarray, share: float, salt: int) -> np.ndarray:
    """Whether the wall between two cells is missing: a hash of the pair, so that both sides agree."""
    low, high = np.minimum(first, second).astype(np.uint64), np.maximum(first, second).astype(np.uint64)
    mixed = (low * np.uint64(73856093)) ^ (high * np.uint64(19349663)) ^ np.uint64(salt)
    mixed = (mixed ^ (mixed >> np.uint64(13))) * np.uint64(0x5BD1E995) & np.uint64(0xFFFFFFFF)
    return (mixed ^ (mixed >> np.uint64(15))) % np.uint64(10007) < share * 10007


def _enlarged(field: np.ndarray, size: int, step: int, order: int) -> np.ndarray:
    """The field on every pixel: nearest (0) or linear (1) between every `step`-th."""
    if step == 1:
        return field
    if order == 0:
        return np.repeat(np.repeat(field, step, 0), step, 1)[:size, :size]
    return ndimage.zoom(np.pad(field, (0, 1), mode="edge"), step, order=1, grid_mode=True, mode="nearest")[:size, :size]
