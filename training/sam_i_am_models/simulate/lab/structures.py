"""Real crystals along real zone axes: hundreds of structures projected to two-dimensional cells."""

import json
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

HIGHEST_INDEX = 2  # of a zone axis
LEAST_SPACING = 1.1  # Angstrom between columns along an axis that anybody would choose
SAME_COLUMN = 0.25  # Angstrom
MOST_COLUMNS = 40


@dataclass(frozen=True)
class Projection:
    """A projected cell. `basis`: its two vectors in Angstrom as rows, reduced, at 60 to 120 degrees;

    `columns`: (u, v, atomic numbers of
    one repeat along the beam); `repeat`: length of that in Angstrom."""

    name: str
    basis: np.ndarray
    columns: tuple
    repeat: float

    def weights(self, power: float) -> np.ndarray:
        """Each column's sum of atomic numbers to the power, per Angstrom of thickness."""
        return np.array([sum(z**power for z in numbers) for _, _, numbers in self.columns]) / self.repeat

    @property
    def area(self) -> float:
        """Of the cell, in square Angstrom."""
        return float(abs(np.linalg.det(self.basis)))


@cache
def structures() -> list[dict]:
    """All unit cells of structures.json."""
    return json.loads(Path(__file__).with_name("structures.json").read_text())


@cache
def axes() -> tuple[tuple[int, int, int], ...]:
    """Zone axes with low indices, one of each pair of opposite ones."""
    found: list[tuple[int, int, int]] = []
    for axis in product(range(-HIGHEST_INDEX, HIGHEST_INDEX + 1), repeat=3):
        if any(axis) and np.gcd.reduce(axis) == 1 and next(i for i in axis if i) > 0:
            a, b, c = axis
            found.append((a, b, c))
    return tuple(found)


@cache
def projections(index: int) -> tuple[Projection, ...]:
    """The projections of one structure that resolve its columns, at most four of the shortest repeats."""
    structure = structures()[index]
    lattice = np.array(structure["lattice"])
    good: list[Any] = []
    for axis in sorted(axes(), key=lambda a: float(np.linalg.norm(np.array(a) @ lattice))):
        found = _project(structure["name"], lattice, np.array(structure["atoms"]), axis)
        if found is not None and not any(_alike(found, other) for other in good):
            good.append(found)
        if len(good) == 4:
            break
    return tuple(good)


def draw_projection(rng: np.random.Generator, most_area: float = 400.0) -> Projection:
    """A random structure along one of its zone axes whose cell is no larger than `most_area` square Angstrom."""
    while True:
        found = [p for p in projections(int(rng.integers(len(structures())))) if p.area <= most_area]
        if found:
            return found[int(rng.integers(len(found)))]


def _project(name: str, lattice: np.ndarray, atoms: np.ndarray, axis: tuple[int, int, int]) -> Projection | None:
    beam = np.array(axis) @ lattice
    repeat = float(np.linalg.norm(beam))
    if repeat > 40:
        return None
    pair = _completion(axis)
    if pair is None:
        return None
    direction = beam / repeat
    first = _perpendicular(
        lattice[int(np.argmin([abs(row @ direction) / np.linalg.norm(row) for row in lattice]))], direction
    )
    first /= np.linalg.norm(first)
    frame = np.stack([first, np.cross(direction, first)], 1)
    basis = _reduce(np.array(pair) @ lattice @ frame)
    places = atoms[:, 1:] @ lattice @ frame @ np.linalg.inv(basis)
    columns = _columns(places % 1, atoms[:, 0], basis)
    if len(columns) > MOST_COLUMNS or _spacing(columns, basis) < LEAST_SPACING:
        return None
    return Projection(name + " [" + "".join(map(str, axis)) + "]", basis, columns, repeat)


def _perpendicular(vector: np.ndarray, direction: np.ndarray) -> np.ndarray:
    return vector - (vector @ direction) * direction


@cache
def _completion(axis: tuple[int, int, int]) -> tuple[tuple[int, int, int], tuple[int, int, int]] | None:
    """Two integer vectors that make a basis of the lattice with `axis`."""
    candidates = sorted(product(range(-2, 3), repeat=3), key=lambda v: sum(abs(i) for i in v))
    for first in candidates:
        for second in candidates:
            if abs(round(np.linalg.det(np.array([axis, first, second], float)))) == 1:
                (a, b, c), (d, e, f) = first, second
                return (a, b, c), (d, e, f)
    return None


def _reduce(basis: np.ndarray) -> np.ndarray:
    """The shortest two vectors of a plane lattice, at 60 to 120 degrees, counter-clockwise."""
    a, b = basis
    for _ in range(50):
        if a @ a > b @ b:
            a, b = b, a
        turns = round(float(a @ b) / float(a @ a))
        if not turns:
            break
        b = b - turns * a
    if a[0] * b[1] - a[1] * b[0] < 0:
        b = -b
    return np.stack([a, b])


def _columns(
    places: np.ndarray, numbers: np.ndarray, basis: np.ndarray
) -> tuple[tuple[float, float, tuple[int, ...]], ...]:
    """Atoms that lie behind each other, as (u, v, atomic numbers)."""
    columns: list[tuple[float, float, list[int]]] = []
    for place, number in zip(places, numbers, strict=True):
        for column in columns:
            apart = np.array(column[:2]) - place
            if np.linalg.norm((apart - np.round(apart)) @ basis) < SAME_COLUMN:
                column[2].append(int(number))
                break
        else:
            columns.append((float(place[0]), float(place[1]), [int(number)]))
    return tuple((u, v, tuple(z)) for u, v, z in columns)


def _spacing(columns: tuple[tuple[float, float, tuple[int, ...]], ...], basis: np.ndarray) -> float:
    """Least distance between heavy columns, or of a column from its own next image."""
    heaviest = max(sum(z**1.7 for z in numbers) for _, _, numbers in columns)
    places = np.array([(u, v) for u, v, numbers in columns if sum(z**1.7 for z in numbers) > 0.1 * heaviest])
    apart = places[:, None] - places[None]
    apart = np.linalg.norm((apart - np.round(apart)) @ basis, axis=-1)
    np.fill_diagonal(apart, np.inf)
    return min(float(apart.min()), float(np.linalg.norm(basis, axis=1).min()))


def _alike(one: Projection, other: Projection) -> bool:
    return len(one.columns) == len(other.columns) and np.allclose(
        np.sort(np.linalg.norm(one.basis, axis=1)), np.sort(np.linalg.norm(other.basis, axis=1)), rtol=0.02
    )
