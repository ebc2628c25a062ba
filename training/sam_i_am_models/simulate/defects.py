"""Defects: cuts that part one region in two, seams, dislocations, gaps along interfaces.

A `Part` is a stretch of one crystal with one orientation and one phase of its lattice. A cut starts a new part of the
same material; it is `visible` where an eye would see an outline (a seam, a turned lattice, a half-cell shift).
"""

from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from .fields import smooth_field


@dataclass(frozen=True)
class Part:
    """`rotation` in degrees, `phase` in cells, `dislocations`: (y, x, Burgers vector u, v) in pixels and cells."""

    material: int
    rotation: float
    phase: tuple[float, float]
    gain: float = 1.0
    dislocations: tuple = field(default=())


@dataclass
class Structure:
    """Regions after the defects were put in. `parts[p]` describes the pixels where `part_map == p`."""

    part_map: np.ndarray
    parts: list[Part]
    seen_as: list[int]  # part number under which an invisible cut's far side is counted
    seams: list  # (mask, factor): multiply the intensity there


def build(
    rng: np.random.Generator,
    regions: np.ndarray,
    of_region: np.ndarray,
    lattice_turns: list[float],
    has_lattice: list[bool],
    coherent: bool = False,
) -> Structure:
    """One part per region, then cuts and seams.

    `lattice_turns`: rotation in degrees of each region's lattice; `has_lattice`: per material. Regions of a material
    without lattice show no outline between each other. `coherent`: all lattices are in phase, as in epitaxy.
    """
    count, size = int(regions.max()) + 1, regions.shape[0]
    parts, common = [], (float(rng.random()), float(rng.random()))
    for region in range(count):
        phase = (float(rng.random()), float(rng.random()))
        parts.append(Part(int(of_region[region]), float(lattice_turns[region]), common if coherent else phase))
    seen_as = [r if has_lattice[of_region[r]] else int(np.argmax(of_region == of_region[r])) for r in range(count)]
    structure = Structure(regions.copy(), parts, seen_as, [])
    areas = np.bincount(regions.ravel(), minlength=count)
    for region in range(count):
        if areas[region] > 0.05 * regions.size and rng.random() < 0.28:
            _cut(rng, structure, region, size, bool(has_lattice[of_region[region]]))
        if areas[region] > 0.02 * regions.size and rng.random() < 0.1:
            structure.seams.append(_crack(rng, structure.part_map == region, size))
        if areas[region] > 0.02 * regions.size and rng.random() < 0.15:
            structure.parts[region] = replace(
                structure.parts[region], dislocations=_dislocations(rng, regions == region)
            )
    return structure


def _line_through(rng: np.random.Generator, mask: np.ndarray, size: int, waviness: float) -> np.ndarray:
    """Signed distance in pixels to a wavy line through a random pixel of `mask`."""
    ys, xs = np.nonzero(mask)
    pick, angle = rng.integers(len(ys)), rng.random() * 2 * np.pi
    yy, xx = np.mgrid[0:size, 0:size].astype(np.float32)
    distance = (xx - xs[pick]) * np.cos(angle) + (yy - ys[pick]) * np.sin(angle)
    return distance + smooth_field(rng, size, 5).numpy() * size * waviness


def _cut(rng: np.random.Generator, structure: Structure, region: int, size: int, lattice: bool) -> None:
    """Antiphase boundary, twin or low-angle boundary through `region`, with or without a seam along it."""
    mask = structure.part_map == region
    distance = _line_through(rng, mask, size, rng.uniform(0, 0.03))
    far = mask & (distance > 0)
    if min(far.sum(), mask.sum() - far.sum()) < 0.01 * size * size:
        return
    old, number = structure.parts[region], len(structure.parts)
    if rng.random() < 0.6:
        shift = rng.choice([0, 0.5], 2) + (np.array([0.25, 0]) if rng.random() < 0.3 else 0)
        new = replace(old, phase=(old.phase[0] + float(shift[0]), old.phase[1] + float(shift[1])))
        visible = bool(np.any(shift)) and rng.random() < 0.3
    else:
        turn = rng.uniform(3, 15) * rng.choice([-1, 1])
        new, visible = replace(old, rotation=old.rotation + float(turn)), abs(turn) > 4
    if rng.random() < 0.3:
        new = replace(new, gain=float(1 + rng.choice([-1, 1]) * rng.uniform(0.02, 0.1)))
    seam = rng.random() < 0.65
    if seam:
        width = rng.uniform(1, 9) * size / 1024
        structure.seams.append(
            (mask & (np.abs(distance) < width), 1 + float(rng.choice([-1, -1, 1]) * rng.uniform(0.08, 0.45)))
        )
    structure.part_map[far] = number
    structure.parts.append(new)
    structure.seen_as.append(number if seam or (visible and lattice) else structure.seen_as[region])


def _crack(rng: np.random.Generator, mask: np.ndarray, size: int) -> tuple[np.ndarray, float]:
    """A seam that ends inside the region: it parts nothing."""
    distance = _line_through(rng, mask, size, rng.uniform(0, 0.03))
    across = _line_through(rng, mask, size, 0)
    width, length = rng.uniform(1, 6) * size / 1024, rng.uniform(0.03, 0.2) * size
    return mask & (np.abs(distance) < width) & (np.abs(across) < length), 1 + float(
        rng.choice([-1, -1, 1]) * rng.uniform(0.1, 0.4)
    )


def _dislocations(rng: np.random.Generator, mask: np.ndarray) -> tuple[tuple[int, int, int, int], ...]:
    ys, xs = np.nonzero(mask)
    picks = rng.integers(0, len(ys), int(rng.integers(1, 4)))
    found = []
    for i in picks:
        u, v = rng.permutation([1, 0])
        found.append((int(ys[i]), int(xs[i]), int(u), int(v)))
    return tuple(found)


def fractional(part: Part, inverse_basis: np.ndarray, y: torch.Tensor, x: torch.Tensor) -> tuple[Tensor, Tensor]:
    """Fractional lattice coordinates (u, v) of pixels at (y, x)."""
    angle = np.deg2rad(part.rotation)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    m = (inverse_basis @ turn).tolist()
    u = m[0][0] * x + m[0][1] * y + part.phase[0]
    v = m[1][0] * x + m[1][1] * y + part.phase[1]
    for centre_y, centre_x, burgers_u, burgers_v in part.dislocations:
        winding = torch.atan2(y - centre_y, x - centre_x) / (2 * np.pi)
        u, v = u + burgers_u * winding, v + burgers_v * winding
    return u, v
