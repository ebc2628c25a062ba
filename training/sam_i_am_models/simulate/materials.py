"""The materials of one micrograph: how bright each is, and what texture it has."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from . import crystals
from .fields import blur, log_uniform, white_noise

# Least difference of mean level between two materials that are not twins, by difficulty class.
LEAST_CONTRAST = {1: 0.14, 2: 0.06, 3: 0.0}
TWIN_SHARE = {1: 0.08, 2: 0.3, 3: 0.65}
TWIN_CONTRAST = {1: (0.25, 0.6), 2: (0.1, 0.3), 3: (0.04, 0.16)}


@dataclass(frozen=True)
class Material:
    """`level`: mean intensity (about 0..1);

    `depth`: share of it that the texture modulates; `correlation` in pixels.
    """

    kind: str  # crystal, amorphous, smooth or vacuum
    level: float
    depth: float = 0.0
    correlation: float = 1.0
    cell: crystals.Cell | None = None
    table: torch.Tensor | None = None
    twin_of: int | None = None
    name: str = ""

    def sampled(self, factor: float) -> "Material":
        """The same material with its lattice `factor` times smaller in pixels.

        The table does not change with the scale.
        """
        if self.cell is None or factor == 1:
            return self
        cell = replace(self.cell, a=self.cell.a / factor, b=self.cell.b / factor, sigma=self.cell.sigma / factor)
        return replace(self, cell=cell)

    def intensity(self, rng: np.random.Generator, fractional_u: Tensor, fractional_v: Tensor) -> Tensor:
        """Intensity at fractional coordinates, same shape; the coordinates only give the shape where there is no
        lattice.
        """
        if self.kind == "crystal":
            size = crystals.TABLE_SIZE
            row = ((fractional_u - fractional_u.floor()) * size).long().clamp_(0, size - 1)
            column = ((fractional_v - fractional_v.floor()) * size).long().clamp_(0, size - 1)
            assert self.table is not None, "a crystal has a table"
            pattern = self.table.to(row.device).view(-1)[row * size + column]
            return self.level * (1 - self.depth + self.depth * pattern)
        if self.kind == "vacuum" or self.depth == 0:
            return torch.full_like(fractional_u, self.level)
        grain = blur(white_noise(rng, fractional_u.shape, fractional_u.device), self.correlation)
        return self.level * (1 + self.depth * grain / (grain.std() + 1e-6))


def vacuum(rng: np.random.Generator) -> Material:
    return Material("vacuum", float(rng.uniform(0, 0.06)), name="vacuum")


def amorphous(rng: np.random.Generator, level: float, scale: float) -> Material:
    return Material("amorphous", level, rng.uniform(0.03, 0.3), max(0.4, rng.uniform(0.6, 5) * scale), name="amorphous")


def smooth(rng: np.random.Generator, level: float, scale: float) -> Material:
    """A phase without lattice, as in SEM: flat, or with a faint coarse mottling."""
    depth = rng.uniform(0.0, 0.05) if rng.random() < 0.8 else rng.uniform(0.05, 0.15)
    return Material("smooth", level, depth, max(0.5, rng.uniform(1, 12) * scale), name="smooth")


def crystal(rng: np.random.Generator, level: float, cell: crystals.Cell, name: str) -> Material:
    depth = rng.uniform(0.25, 1.0) if rng.random() < 0.6 else rng.uniform(0.7, 1.0)
    return Material("crystal", level, float(depth), 1.0, cell, cell.table(), name=name)


def physical_level(rng: np.random.Generator, brightness: float) -> float:
    """Level of a real crystal from its mean intensity per area (crystals.known_cell)."""
    return float(np.clip(0.9 * (brightness / 130) ** 0.8 * rng.uniform(0.85, 1.15), 0.15, 1.2))


def twin(rng: np.random.Generator, material: Material, index: int, level: float) -> Material:
    """Nearly the same material at another level: `index` is the position of the original in the palette."""
    if material.kind != "crystal":
        return replace(
            material, level=level, correlation=material.correlation * rng.choice([0.6, 1.0, 1.6]), twin_of=index
        )
    assert material.cell is not None, "a crystal has a cell"
    cell = crystals.near_twin(rng, material.cell)
    depth = float(np.clip(material.depth * (1 + 0.12 * rng.standard_normal()), 0.15, 1))
    return replace(
        material, level=level, depth=depth, cell=cell, table=cell.table(), twin_of=index, name=material.name + " (twin)"
    )


def palette(
    rng: np.random.Generator, count: int, difficulty: int, scale: float, sem: bool = False, unseen: bool = False
) -> list[Material]:
    """`count` materials of one micrograph. `scale`: frame size / 1024. `sem`: phases without lattice.

    `unseen`: real lattices only from those that training never draws.
    """
    maker = _MaterialMaker(rng, difficulty, scale, sem, unseen)
    while len(maker.materials) < count:
        maker.add()
    materials = maker.materials
    if count > 2 and not sem and rng.random() < 0.3:
        materials[int(rng.integers(1, count))] = vacuum(rng)
    elif count == 2 and rng.random() < 0.12:
        materials[1] = vacuum(rng)
    if count > 1 and rng.random() < 0.12:
        index = int(rng.integers(count))
        materials[index] = replace(materials[index], level=materials[index].level * rng.uniform(2, 4.5))
    return [
        m if m.twin_of is None or materials[m.twin_of].kind == m.kind else replace(m, twin_of=None) for m in materials
    ]


class _MaterialMaker:
    """Draws materials one by one so that their levels differ as the difficulty class asks."""

    def __init__(self, rng: np.random.Generator, difficulty: int, scale: float, sem: bool, unseen: bool) -> None:
        self.rng, self.difficulty, self.scale, self.sem = rng, difficulty, scale, sem
        self.names = crystals.cell_names(unseen)
        self.materials: list[Material] = []
        self.known = rng.random() < 0.5
        # Pixels per Angstrom of a 1024-pixel frame: fields of view of about 10 to 60 nm.
        self.pixels_per_angstrom = log_uniform(rng, 1.7, 14 if rng.random() < 0.8 else 24) * scale
        self.ring = rng.uniform(0.1, 0.5) if rng.random() < 0.12 else 0.0

    def add(self) -> None:
        rng = self.rng
        crystal_indices = [i for i, m in enumerate(self.materials) if m.kind == "crystal" or self.sem]
        if crystal_indices and rng.random() < TWIN_SHARE[self.difficulty]:
            index = int(rng.choice(crystal_indices))
            level = self._twin_level(self.materials[index].level)
            self.materials.append(twin(rng, self.materials[index], index, level))
        else:
            self.materials.append(self._fresh())

    def _twin_level(self, level: float) -> float:
        low, high = TWIN_CONTRAST[min(self.difficulty, 2) if self.sem else self.difficulty]
        return float(np.clip(level * (1 + self.rng.choice([-1, 1]) * self.rng.uniform(low, high)), 0.05, 1.3))

    def _least_contrast(self) -> float:
        return max(LEAST_CONTRAST[self.difficulty], 0.12 if self.sem else 0.0)

    def _unused_name(self) -> str | None:
        """A real lattice that no material has yet: the same crystal twice is one material, however bright.

        None if there are no more.
        """
        used = {m.name for m in self.materials}
        if used.issuperset(self.names):
            return None
        while (name := str(self.rng.choice(self.names))) in used:
            pass
        return name

    def _level(self) -> float:
        for _ in range(40):
            level = self.rng.uniform(0.12, 1.0) if self.difficulty == 1 else self.rng.uniform(0.3, 0.95)
            if all(abs(level - m.level) > self._least_contrast() for m in self.materials):
                break
        return float(level)

    def _fresh(self) -> Material:
        rng = self.rng
        if self.sem:
            return smooth(rng, self._level(), self.scale)
        if rng.random() < 0.2:
            return amorphous(rng, self._level(), self.scale)
        name = self._unused_name() if self.known else None
        if name is not None:
            cell, brightness = crystals.known_cell(rng, name, self.pixels_per_angstrom, self.ring)
            physical = physical_level(rng, brightness)
            close = any(abs(physical - m.level) < self._least_contrast() for m in self.materials)
            return crystal(rng, self._level() if close else physical, cell, name)
        cell = crystals.random_cell(rng, log_uniform(rng, 6, 60 if rng.random() < 0.8 else 100) * self.scale, self.ring)
        return crystal(rng, self._level(), cell, "random lattice")
