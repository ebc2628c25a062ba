"""Lattices drawn by looking fractional coordinates up in tables, with regions that end at whole unit cells."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..imaging import scan_coordinates
from .structures import Projection

TABLE = 64


def turned(angle: float) -> np.ndarray:
    """Rotation matrix (2, 2) that acts on rows of (x, y), `angle` in degrees."""
    angle = np.deg2rad(angle)
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def table(
    columns: list[tuple[float, float, tuple[Any]]] | tuple[tuple[float, float, tuple[int, ...]], ...],
    weights: list[float] | np.ndarray,
    basis: np.ndarray,
    sigma: float,
    ring: float = 0.0,
) -> np.ndarray:
    """float32 (TABLE, TABLE) over fractional (u, v), mean 1: a spot of deviation `sigma` (pixels) at each of `columns`
    (u, v, ...).
    """
    line = (np.arange(TABLE) + 0.5) / TABLE
    u, v = np.meshgrid(line, line, indexing="ij")
    out = np.zeros((TABLE, TABLE))
    for (column_u, column_v, *_), weight in zip(columns, weights, strict=True):
        for shift_u in (-1, 0, 1):
            for shift_v in (-1, 0, 1):
                du, dv = (u - column_u + 0.5) % 1 - 0.5 + shift_u, (v - column_v + 0.5) % 1 - 0.5 + shift_v
                r2 = (du * basis[0, 0] + dv * basis[1, 0]) ** 2 + (du * basis[0, 1] + dv * basis[1, 1]) ** 2
                spot = np.exp(-r2 / (2 * sigma**2))
                if ring:
                    spot = spot + ring * np.exp(-((np.sqrt(r2) - 2.4 * sigma) ** 2) / (0.6 * sigma**2))
                out += weight * spot
    return (out / max(float(out.mean()), 1e-9)).astype(np.float32)


class Coordinates:
    """Where the pixels of a frame lie in a lattice of `basis` (rows: vectors in pixels, already turned).

    `y`, `x`: scanned places of the pixels (drift, jitter, distortion), float32 (size, size); `phase` in cells.
    """

    def __init__(
        self, y: np.ndarray, x: np.ndarray, basis: np.ndarray, phase: np.ndarray | tuple[float, float] = (0.0, 0.0)
    ) -> None:
        self.basis = basis
        inverse = np.linalg.inv(basis)
        self.u = (x * np.float32(inverse[0, 0]) + y * np.float32(inverse[1, 0]) + np.float32(phase[0])).astype(
            np.float32
        )
        self.v = (x * np.float32(inverse[0, 1]) + y * np.float32(inverse[1, 1]) + np.float32(phase[1])).astype(
            np.float32
        )

    def dislocate(self, y: np.ndarray, x: np.ndarray, centre: np.ndarray, burgers: np.ndarray) -> None:
        """Add an edge dislocation at `centre` (y, x) pixels with Burgers vector (u, v) in cells."""
        winding = (np.arctan2(y - centre[0], x - centre[1]) / (2 * np.pi)).astype(np.float32)
        self.u, self.v = self.u + burgers[0] * winding, self.v + burgers[1] * winding

    def pattern(self, tables: np.ndarray, which: int | np.ndarray = 0) -> np.ndarray:
        """Value of `tables` (n, TABLE, TABLE) at each pixel; `which`: the table of each pixel, or one for all."""
        row = ((self.u - np.floor(self.u)) * TABLE).astype(np.int32) % TABLE
        column = ((self.v - np.floor(self.v)) * TABLE).astype(np.int32) % TABLE
        return tables[which, row, column]

    def by_cells(
        self,
        rng: np.random.Generator,
        regions: np.ndarray,
        mixing: float = 0.0,
        origin: tuple[float, float] | None = None,
    ) -> np.ndarray:
        """`regions` (size, size) with outlines along unit cells: each pixel gets the region at the middle of its cell.

        `mixing`: deviation in cells by which cells are exchanged over an outline, as interdiffusion does. `origin`: (u,
        v) at which cells begin.
        """
        u, v = self.u + np.float32((origin or rng.random(2))[0]), self.v + np.float32((origin or rng.random(2))[1])
        cell_u, cell_v = np.floor(u), np.floor(v)
        du, dv = cell_u + 0.5 - u, cell_v + 0.5 - v
        if mixing:
            noise = (mixing * rng.standard_normal((2, 512, 512))).astype(np.float32)
            index = (cell_u.astype(np.int32) % 512, cell_v.astype(np.int32) % 512)
            du, dv = du + noise[0][index], dv + noise[1][index]
        line = np.arange(regions.shape[0], dtype=np.float32)
        x = np.rint(line[None] + du * np.float32(self.basis[0, 0]) + dv * np.float32(self.basis[1, 0])).astype(np.int32)
        y = np.rint(line[:, None] + du * np.float32(self.basis[0, 1]) + dv * np.float32(self.basis[1, 1])).astype(
            np.int32
        )
        last = regions.shape[0] - 1
        return regions[np.clip(y, 0, last), np.clip(x, 0, last)]


def scanned(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """(y, x) float32 (size, size): where in the specimen each pixel was recorded."""
    y, x = scan_coordinates(rng, size)
    return y.numpy(), x.numpy()


def spot_width(rng: np.random.Generator, projection: Projection, pixels_per_angstrom: float) -> float:
    """Deviation in pixels of a column's image: sharp to hardly resolved."""
    return max(0.6, float(rng.uniform(0.35, 0.75)) * pixels_per_angstrom)


CONTRASTS = {"haadf": 0.66, "abf": 0.14, "bf": 0.14, "dpc": 0.06}
POWERS = {"haadf": 1.7, "abf": 0.7, "bf": 1.0, "dpc": 0.7}  # of the atomic number, in a column's contrast


def draw_contrast(rng: np.random.Generator) -> str:
    """A mode of STEM."""
    return str(rng.choice(list(CONTRASTS), p=list(CONTRASTS.values())))


@dataclass(frozen=True)
class Look:
    """How a lattice is recorded.

    `basis`: its two vectors (2, 2) in pixels; `sigma`: deviation in pixels of a column's image; `contrast`: one of
    `CONTRASTS`; `ring`: depth of the dark ring around a column; `direction`: of the derivative in DPC, 0 to 1 of a
    turn.
    """

    basis: np.ndarray
    sigma: float
    contrast: str = "haadf"
    ring: float = 0.0
    direction: float = 0.0


def tables_of(columns: tuple[tuple[float, float, tuple[int, ...]], ...], weights: np.ndarray, look: Look) -> np.ndarray:
    """The table of a lattice in one mode: bright columns, dark columns, or a derivative. Mean 1."""
    contrast, direction = look.contrast, look.direction
    bright = table(columns, weights, look.basis, look.sigma, look.ring)
    if contrast == "haadf":
        return bright
    if contrast == "dpc":
        du, dv = np.gradient(np.pad(bright, 1, mode="wrap"))
        slope = (np.cos(2 * np.pi * direction) * du + np.sin(2 * np.pi * direction) * dv)[1:-1, 1:-1]
        return (1 + slope / max(float(np.abs(slope).max()), 1e-9)).astype(np.float32)
    dark = 1 - bright / float(bright.max())
    return (dark / max(float(dark.mean()), 1e-9)).astype(np.float32)
