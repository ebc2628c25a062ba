"""Cracks and narrow pores as materials from 4 pixels: ceramics, sprayed and oxide coatings, FIB-SEM of porous bodies,
dried films.
"""

import numpy as np
from scipy import ndimage

from ..fields import log_uniform, rough_line
from . import voids
from .cells import Pattern, draw_cells, per_cell
from .field import Field
from .networks import uneven
from .shapes import axes_of

NARROWEST = 4.0  # pixels of a 1024-pixel frame


def draw(rng: np.random.Generator, size: int) -> Field:
    """A ceramic, a coating, a porous body or a cracked film."""
    kinds = list(SCENES)
    kind = str(rng.choice(kinds, p=[SCENES[name][1] for name in kinds]))
    field = SCENES[kind][0](rng, size)
    field.metadata = {"layout": kind}
    return field


def _void_grey(rng: np.random.Generator, holes: np.ndarray, floor: float, wall: float, fine: float) -> np.ndarray:
    """How dark openings are: deep in the middle, lighter at the rim, with what lies at their bottom showing."""
    size = holes.shape[0]
    deep = voids.depth_inside(holes)
    slope = np.exp(-deep / max(rng.uniform(0.3, 4.0) * fine, 0.3))
    bottom = rng.uniform(0, 0.35) * (uneven(rng, size, 1.0, (20, 120)) - 1).clip(0, 2) if rng.random() < 0.4 else 0.0
    return floor + (wall - floor) * (rng.uniform(0.1, 0.7) * slope + bottom)


def _with_voids(rng: np.random.Generator, body: np.ndarray, holes: np.ndarray, unit: float) -> np.ndarray:
    """The body with openings and, often, bright rims."""
    floor = float(np.percentile(body[::4, ::4], 3)) * rng.uniform(0.03, 0.6)
    lit = body
    if rng.random() < 0.65:
        lit = body * (1 + rng.uniform(0.05, 0.6) * voids.bright_edges(holes, log_uniform(rng, 0.8, 6) * unit))
    return np.where(holes, _void_grey(rng, holes, floor, float(np.median(body)), unit), lit)


def ceramic(rng: np.random.Generator, size: int) -> Field:
    """Grains, pores at their corners and along their borders, cracks that follow them; often a second phase."""
    unit, spacing = size / 1024, log_uniform(rng, 35, 260) * size / 1024
    cells = draw_cells(rng, size, Pattern(spacing, rng.uniform(0.3, 0.6), waves=rng.uniform(0, 0.08) * spacing))
    width = log_uniform(rng, NARROWEST, min(22, 0.3 * spacing / unit)) * unit
    open_here = uneven(rng, size, 1.0, (max(4, 0.5 * size / spacing), max(5, 2.5 * size / spacing))) - 1
    holes = cells.wall < 0.5 * width * np.clip(open_here - rng.uniform(0.0, 1.2), 0, 2.2)
    holes = _no_crumbs(holes, 0.5 * NARROWEST * unit)
    spread = rng.uniform(0.0, 0.1)
    body = (
        rng.uniform(0.45, 0.75)
        * per_cell(rng, cells, 1 - spread, 1 + spread)
        * uneven(rng, size, rng.uniform(0.0, 0.05))
    )
    materials = np.ones((size, size), np.uint8)
    if rng.random() < 0.4:
        second = voids.pore_mask(rng, size, log_uniform(rng, 10, 60) * unit, rng.uniform(0.03, 0.25))
        body, materials = (
            np.where(second, body * rng.choice([rng.uniform(0.55, 0.85), rng.uniform(1.2, 1.6)]), body),
            np.where(second, 3, materials),
        )
    if rng.random() < 0.3:
        holes |= voids.crack_mask(
            rng, size, log_uniform(rng, NARROWEST, 16) * unit, int(rng.integers(1, 4)), rng.uniform(0, 1)
        )
    return _field(_with_voids(rng, body, holes, unit), np.where(holes, 2, materials), "sem")


def _no_crumbs(mask: np.ndarray, radius: float) -> np.ndarray:
    """The mask without what is narrower than twice `radius`."""
    return (
        ndimage.distance_transform_edt(~(ndimage.distance_transform_edt(mask) > radius)) <= radius
        if mask.any()
        else mask
    )


def _field(intensity: np.ndarray, materials: np.ndarray, mode: str) -> Field:
    return Field(
        np.ascontiguousarray(intensity, np.float32),
        materials.astype(np.uint8),
        None,
        (),
        mode,
        2,
        (0.0, 0.2),
        blur=(0.4, 1.8),
        noise=(0.012, 0.14),
    )


def porous(rng: np.random.Generator, size: int) -> Field:
    """FIB-SEM of a porous body: irregular pores with the wall behind them, sometimes filled, on
    a grey that curtains.
    """
    unit, radius = size / 1024, log_uniform(rng, 7, 70) * size / 1024
    aspect = log_uniform(rng, 1, 5) if rng.random() < 0.5 else 1.0
    holes = voids.pore_mask(rng, size, radius, rng.uniform(0.05, 0.45), aspect, rng.uniform(0, 180))
    holes = _no_crumbs(holes, 0.5 * NARROWEST * unit)
    body = rng.uniform(0.45, 0.8) * uneven(rng, size, rng.uniform(0.0, 0.06))
    materials = np.ones((size, size), np.uint8)
    if rng.random() < 0.45:
        second = voids.pore_mask(rng, size, log_uniform(rng, 12, 90) * unit, rng.uniform(0.1, 0.5))
        body, materials = (
            np.where(second, body * rng.choice([rng.uniform(0.6, 0.88), rng.uniform(1.15, 1.5)]), body),
            np.where(second, 3, materials),
        )
    body = body * _curtains(rng, size, rng.uniform(0, 0.12))
    return _field(_with_voids(rng, body, holes, unit), np.where(holes, 2, materials), "sem")


def _curtains(rng: np.random.Generator, size: int, amplitude: float) -> np.ndarray:
    """Vertical stripes of a milled face: a factor around 1."""
    stripes = ndimage.gaussian_filter1d(rng.standard_normal(size), log_uniform(rng, 0.8, 12) * size / 1024)
    fade = uneven(rng, size, 0.5, (2, 6)).clip(0, 2)
    return (1 + amplitude * (stripes / max(stripes.std(), 1e-6))[None] * fade).astype(np.float32)


def coating(rng: np.random.Generator, size: int) -> Field:
    """A cross-section: substrate, one or two coats, each with pores and cracks of its own; resin or vacuum above.

    Voids are one material.
    """
    unit, angle = size / 1024, float(rng.choice([0, 0, 180, 90])) + rng.normal() * 3
    along, depth = axes_of(size, angle, (rng.uniform(0.4, 0.6), 0.5))
    samples = np.clip((along / (1.5 * size) + 0.5) * 2047, 0, 2047).astype(np.int32)
    count = int(rng.integers(3, 5))
    edges = np.sort(rng.uniform(-0.42, 0.42, count - 1)) * size
    layer = np.zeros((size, size), np.int32)
    for number, edge in enumerate(edges, 1):
        layer[
            depth > (edge + rough_line(rng, 2048) * size * log_uniform(rng, 0.003, 0.06)).astype(np.float32)[samples]
        ] = number
    greys = _apart(rng, count)
    intensity, holes = np.zeros((size, size), np.float32), np.zeros((size, size), bool)
    for number in range(count):
        inside = layer == number
        grey = greys[number] * uneven(rng, size, rng.uniform(0, 0.05))
        intensity = np.where(inside, grey, intensity)
        if number or rng.random() < 0.5:
            for _ in range(1 if rng.random() < 0.6 else 2):
                holes |= inside & _damage(rng, size, unit, angle)
    open_above = rng.random() < 0.4
    if open_above:
        holes |= layer == 0
    materials = layer + 1 - open_above
    intensity = _with_voids(rng, intensity, holes, unit)
    if open_above:
        intensity = np.where(layer == 0, float(min(greys)) * 0.2 * uneven(rng, size, 0.05), intensity)
    return _field(intensity, np.where(holes, count + 1, materials), "sem")


def _apart(rng: np.random.Generator, count: int) -> np.ndarray:
    greys = 0.15 + 0.75 * (rng.permutation(count) + rng.uniform(0.1, 0.9, count)) / count
    return greys * (0.9 + 0.2 * rng.random())


def _damage(rng: np.random.Generator, size: int, unit: float, angle: float) -> np.ndarray:
    """Pores or cracks of one layer: round pores, flat splat borders, vertical cracks, or nothing."""
    holes, kind = np.zeros((size, size), bool), rng.random()
    if kind < 0.35:
        holes |= voids.round_pores(rng, size, int(log_uniform(rng, 20, 400)), log_uniform(rng, 3, 10) * unit)
    elif kind < 0.6:
        holes |= voids.pore_mask(
            rng,
            size,
            log_uniform(rng, 5, 25) * unit,
            rng.uniform(0.02, 0.12),
            log_uniform(rng, 1.5, 6),
            -angle + rng.normal() * 8,
        )
    if rng.random() < 0.45:
        holes |= voids.crack_mask(
            rng,
            size,
            log_uniform(rng, NARROWEST, 12) * unit,
            int(rng.integers(2, 9)),
            rng.uniform(0, 0.4),
            voids.Course(False, angle + 90),
        )
    return holes


def cracked(rng: np.random.Generator, size: int) -> Field:
    """A body of one or two materials with cracks through it: wide ones with steep sides, fine ones, or the network of a
    dried film.
    """
    unit = size / 1024
    body = (
        rng.uniform(0.35, 0.8)
        * uneven(rng, size, rng.uniform(0.01, 0.1))
        * uneven(rng, size, rng.uniform(0, 0.05), (100, 400))
    )
    materials = np.ones((size, size), np.uint8)
    if rng.random() < 0.4:
        second = voids.pore_mask(rng, size, log_uniform(rng, 30, 150) * unit, rng.uniform(0.15, 0.5))
        body, materials = np.where(second, body * rng.choice([0.7, 1.35]), body), np.where(second, 3, materials)
    if rng.random() < 0.35:
        spacing = log_uniform(rng, 60, 300) * unit
        cells = draw_cells(rng, size, Pattern(spacing, 0.55, merged=rng.uniform(0, 0.4), waves=0.06 * spacing))
        holes = cells.wall < 0.5 * log_uniform(rng, NARROWEST, 20) * unit * uneven(rng, size, 0.3).clip(0.4, 2)
        body = body * per_cell(rng, cells, 0.95, 1.05)
    else:
        wide = rng.random() < 0.35
        width = log_uniform(rng, 25, 90) if wide else log_uniform(rng, NARROWEST, 22)
        holes = voids.crack_mask(
            rng,
            size,
            width * unit,
            1 if wide else int(rng.integers(1, 6)),
            rng.uniform(0, 1.2),
            voids.Course(rng.random() < 0.7),
        )
        if wide:
            holes = _ragged(rng, holes, unit)
    return _field(_with_voids(rng, body, holes, unit), np.where(holes, 2, materials), "sem")


def _ragged(rng: np.random.Generator, holes: np.ndarray, unit: float) -> np.ndarray:
    """A wide crack whose sides are torn."""
    size = holes.shape[0]
    distance = ndimage.distance_transform_edt(holes) - ndimage.distance_transform_edt(~holes)
    torn = (uneven(rng, size, 1.0, (20, 60)) - 1) * rng.uniform(2, 8) + (
        uneven(rng, size, 1.0, (60, 200)) - 1
    ) * rng.uniform(1, 4)
    return distance > torn * unit


SCENES = {
    "ceramic": (ceramic, 0.28),
    "porous": (porous, 0.27),
    "coating": (coating, 0.25),
    "cracked": (cracked, 0.2),
}
