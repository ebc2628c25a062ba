"""Projected unit cells and the table trick.

A cell is drawn once into a table over fractional coordinates; a crystal is then rendered by looking the fractional
coordinates of each pixel up in it. Drift, jitter, dislocations and antiphase shifts only change the coordinates.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

TABLE_SIZE = 64

# name: (a in Angstrom, b in Angstrom, angle in degrees, columns (u, v, mean atomic number of the column))
KNOWN_CELLS: dict[str, tuple[float, float, float, list[tuple[float, float, float]]]] = {
    "SrTiO3 [001]": (3.905, 3.905, 90, [(0, 0, 38), (0.5, 0.5, 24), (0.5, 0, 8), (0, 0.5, 8)]),
    "SrTiO3 [110]": (2.761, 3.905, 90, [(0, 0, 40), (0, 0.5, 22), (0.5, 0.5, 11)]),
    "La:SrTiO3 [001]": (3.91, 3.91, 90, [(0, 0, 41), (0.5, 0.5, 24), (0.5, 0, 8), (0, 0.5, 8)]),
    "Nb:SrTiO3 [001]": (3.91, 3.91, 90, [(0, 0, 38), (0.5, 0.5, 26), (0.5, 0, 8), (0, 0.5, 8)]),
    "Ge [110]": (4.0, 5.658, 90, [(0, 0, 32), (0, 0.25, 32), (0.5, 0.5, 32), (0.5, 0.75, 32)]),
    "Ge [001]": (2.0, 2.0, 90, [(0, 0, 32)]),
    "WO3 [001]": (3.75, 3.75, 90, [(0, 0, 74), (0.5, 0, 8), (0, 0.5, 8)]),
    "LaFeO3 [001]": (3.93, 3.93, 90, [(0, 0, 57), (0.5, 0.5, 28)]),
    "LaFeO3 [110]": (7.86, 3.93, 90, [(0, 0.04, 57), (0.5, -0.04, 57), (0.25, 0.5, 28), (0.75, 0.5, 28)]),
    "LaMnO3 [001]": (3.88, 3.88, 90, [(0, 0, 57), (0.5, 0.5, 27)]),
    "LSFO [001]": (3.9, 3.9, 90, [(0, 0, 53), (0.5, 0.5, 28)]),
    "Pt [110]": (2.77, 3.92, 90, [(0, 0, 78), (0.5, 0.5, 78)]),
    "Pt [111]": (1.6, 1.6, 120, [(0, 0, 78)]),
}
UNSEEN_CELLS = ("La:SrTiO3 [001]", "Ge [110]", "LaMnO3 [001]", "Pt [110]")  # in test sets only
RANDOM_SITES = (0, 0.25, 1 / 3, 0.5, 2 / 3, 0.75)


def cell_names(unseen: bool) -> list[str]:
    """Names of the real cells that training draws, or of those kept for test sets."""
    return [name for name in KNOWN_CELLS if (name in UNSEEN_CELLS) == unseen]


@dataclass(frozen=True)
class Cell:
    """A projected unit cell in pixels. `columns`: (u, v, weight, relative width)."""

    a: float
    b: float
    angle: float
    columns: tuple
    sigma: float
    ring: float = 0.0

    @property
    def period(self) -> float:
        """Shorter edge in pixels."""
        return min(self.a, self.b)

    def basis(self) -> np.ndarray:
        """2 x 2 matrix from fractional to pixel coordinates (x, y)."""
        angle = np.deg2rad(self.angle)
        return np.array([[self.a, self.b * np.cos(angle)], [0.0, self.b * np.sin(angle)]])

    def table(self) -> torch.Tensor:
        """(TABLE_SIZE, TABLE_SIZE) intensities over fractional (u, v), mean 1."""
        u = (np.arange(TABLE_SIZE) + 0.5) / TABLE_SIZE
        u, v = np.meshgrid(u, u, indexing="ij")
        basis = self.basis()
        out = np.zeros_like(u)
        for column_u, column_v, weight, width in self.columns:
            for shift_u in (-1, 0, 1):
                for shift_v in (-1, 0, 1):
                    du, dv = u - column_u + shift_u, v - column_v + shift_v
                    r2 = (basis[0, 0] * du + basis[0, 1] * dv) ** 2 + (basis[1, 1] * dv) ** 2
                    out += weight * self._profile(r2, self.sigma * width)
        return torch.from_numpy((out / (out.mean() + 1e-6)).astype(np.float32))

    def _profile(self, r2: np.ndarray, sigma: float) -> np.ndarray:
        spot = np.exp(-r2 / (2 * sigma**2))
        if self.ring:
            spot = spot + self.ring * np.exp(-((np.sqrt(r2) - 2.4 * sigma) ** 2) / (0.6 * sigma**2))
        return spot


def z_contrast(atomic_number: float | list[float]) -> np.ndarray:
    """Relative HAADF intensity of a column: Z to the power 1.7."""
    return np.asarray(atomic_number, float) ** 1.7


def known_cell(
    rng: np.random.Generator, name: str, pixels_per_angstrom: float, ring: float = 0.0
) -> tuple[Cell, float]:
    """Cell of a real material and its mean intensity per area (arbitrary unit, comparable between materials)."""
    a, b, angle, columns = KNOWN_CELLS[name]
    weights = z_contrast([z for _, _, z in columns])
    area = a * b * np.sin(np.deg2rad(angle))
    brightness = float(weights.sum() / area)
    weights = weights / weights.max()
    drawn = tuple((u, v, float(w), 1.0) for (u, v, _), w in zip(columns, weights, strict=True))
    sigma = max(0.55, rng.uniform(0.4, 0.8) * pixels_per_angstrom)
    return Cell(a * pixels_per_angstrom, b * pixels_per_angstrom, angle, drawn, sigma, ring), brightness


def random_cell(rng: np.random.Generator, period: float, ring: float = 0.0) -> Cell:
    """An invented lattice: square, rectangular, hexagonal, oblique or centred, one to four columns."""
    family = rng.integers(5)
    a = period
    b = {0: a, 1: a * rng.uniform(1.1, 2), 2: a, 3: a * rng.uniform(1, 1.7), 4: a * 1.414}[int(family)]
    angle = {2: 120.0, 3: rng.uniform(60, 120)}.get(int(family), 90.0)
    sites, numbers = [(0.0, 0.0)], [rng.uniform(14, 80)]
    if family == 4:
        sites, numbers = [(0.0, 0.0), (0.5, 0.5)], numbers * 2
    for _ in range(rng.integers(0, 4)):
        site = rng.choice(RANDOM_SITES, 2) if rng.random() < 0.6 else rng.random(2)
        sites.append((float(site[0]), float(site[1])))
        numbers.append(rng.uniform(6, 80))
    weights = z_contrast(numbers) / z_contrast(max(numbers))
    columns = tuple((u, v, float(w), float(rng.uniform(0.85, 1.2))) for (u, v), w in zip(sites, weights, strict=True))
    area = a * b * np.sin(np.deg2rad(angle))
    sigma = max(0.55, float(np.sqrt(area / max(1, len(sites) ** 0.5)) * rng.uniform(0.09, 0.2)))
    return Cell(a, b, angle, columns, sigma, ring)


def near_twin(rng: np.random.Generator, cell: Cell) -> Cell:
    """Nearly the same lattice, as doping or strain makes it; one time in three a doubled cell (a superstructure)."""
    columns = [
        (u, v, w * float(np.exp(0.25 * rng.standard_normal())), s * (1 + 0.06 * rng.standard_normal()))
        for u, v, w, s in cell.columns
    ]
    strain = 0.0 if rng.random() < 0.4 else 0.015
    a, b = cell.a * (1 + strain * rng.standard_normal()), cell.b * (1 + strain * rng.standard_normal())
    if rng.random() < 0.33:
        factor, shift = rng.uniform(0.3, 0.75), rng.uniform(-0.04, 0.04)
        first = [(u / 2, v, w, s) for u, v, w, s in columns]
        second = [(u / 2 + 0.5, v + shift, w * factor, s) for u, v, w, s in columns]
        columns, a = first + second, 2 * a
    elif len(columns) > 1 and rng.random() < 0.5:
        index = rng.integers(1, len(columns))
        u, v, w, s = columns[index]
        columns[index] = (u, v, w * rng.choice([0.3, 0.5, 1.8]), s)
    return replace(
        cell, a=a, b=b, columns=tuple(columns), sigma=cell.sigma * float(np.exp(0.06 * rng.standard_normal()))
    )
