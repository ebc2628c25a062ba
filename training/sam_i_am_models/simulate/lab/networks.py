"""Networks with walls of 3 to 15 pixels (of a 1024-pixel frame): cells, foams, lamellae, sponges, holey films; crowded
rods and flakes.
"""

import numpy as np
from scipy import ndimage

from ..fields import log_uniform, smooth_field
from . import voids
from .cells import Pattern, chosen, draw_cells, per_cell
from .field import Field

WALL = (3.0, 15.0)


def draw(rng: np.random.Generator, size: int) -> Field:
    """A network, a sponge, a holey film, rods or flakes."""
    kinds = list(SCENES)
    kind = str(rng.choice(kinds, p=[SCENES[name][1] for name in kinds]))
    field = SCENES[kind][0](rng, size)
    if field.materials.max() == 2 and rng.random() < 0.5:
        field = _with_bodies(rng, field)
    field.metadata = {"layout": kind}
    return field


def _with_bodies(rng: np.random.Generator, field: Field) -> Field:
    """The scene with round bodies of a third material lying in or on it, of a grey that neither of the others has."""
    size, unit = field.size, field.unit
    bodies = voids.round_pores(
        rng, size, int(log_uniform(rng, 6, 150)), log_uniform(rng, 6, 40) * unit, rng.uniform(0.1, 0.6)
    )
    low, high = np.percentile(field.intensity[::4, ::4], (1, 99))
    greys = [
        float(np.median(field.intensity[field.materials == number]))
        for number in (1, 2)
        if (field.materials == number).any()
    ]
    tries = rng.uniform(low - 0.3 * (high - low), high + 0.6 * (high - low), 40)
    grey = max(float(tries[np.argmax([min(abs(t - g) for g in greys) > 0.3 * (high - low) for t in tries])]), 0.01)
    field.intensity = np.where(bodies, grey * uneven(rng, size, rng.uniform(0, 0.1)), field.intensity).astype(
        np.float32
    )
    field.materials[bodies] = 3
    return field


def two_greys(rng: np.random.Generator, least: float = 0.15) -> tuple[float, float]:
    """Two greys between 0.05 and 0.95 at least so far apart, the darker first in half of the cases."""
    apart = rng.uniform(least, 0.75)
    low = rng.uniform(0.05, 0.95 - apart)
    return (low, low + apart) if rng.random() < 0.5 else (low + apart, low)


def uneven(rng: np.random.Generator, size: int, amplitude: float, cells: tuple[float, float] = (3, 120)) -> np.ndarray:
    """A factor around 1 of that deviation: thickness, polishing, grain of a phase without lattice."""
    bumps = max(2, min(size // 4, round(log_uniform(rng, *cells))))
    return 1 + amplitude * smooth_field(rng, size, bumps).numpy()


def cell_network(rng: np.random.Generator, size: int) -> Field:
    """Cells with walls: films on grain boundaries, dendrites, foams; some cells of a third material, some walls
    missing.
    """
    unit = size / 1024
    spacing = log_uniform(rng, 30, 220) * unit
    width = log_uniform(rng, WALL[0], min(WALL[1], 0.3 * spacing / unit)) * unit
    pattern = Pattern(
        spacing,
        rng.uniform(0.1, 0.6),
        log_uniform(rng, 1, 4) if rng.random() < 0.4 else 1.0,
        rng.uniform(0, 180),
        rng.uniform(0, 0.3) * (rng.random() < 0.5),
        rng.uniform(0.08, 0.3) * spacing * (rng.random() < 0.7),
        rng.uniform(0, 0.12) * spacing,
    )
    cells = draw_cells(rng, size, pattern)
    half = 0.5 * width * np.clip(uneven(rng, size, rng.uniform(0, 0.3)), 0.35, 2)
    walls = cells.wall < half
    cell_grey, wall_grey = two_greys(rng)
    spread = rng.uniform(0, 0.15)
    grey = cell_grey * per_cell(rng, cells, 1 - spread, 1 + spread) * uneven(rng, size, rng.uniform(0, 0.05))
    grey = grey * (1 + rng.uniform(0, 0.25) * np.clip(cells.wall / spacing, 0, 0.5) * rng.choice([-1, 1]))
    materials = np.where(walls, 2, 1).astype(np.uint8)
    if rng.random() < 0.35:
        third = chosen(rng, cells, rng.uniform(0.05, 0.4)) & ~walls
        grey = np.where(third, _away(rng, cell_grey, wall_grey), grey)
        materials[third] = 3
    intensity = np.where(walls, wall_grey * uneven(rng, size, rng.uniform(0, 0.1)), grey)
    return _field(rng, intensity, materials, cells.number if spread > 0.06 else None)


def _away(rng: np.random.Generator, *greys: float) -> float:
    """A grey at least 0.12 from all others."""
    for _ in range(60):
        grey = rng.uniform(0.02, 1.0)
        if min(abs(grey - other) for other in greys) > 0.12:
            break
    return float(grey)


def _field(
    rng: np.random.Generator,
    intensity: np.ndarray,
    materials: np.ndarray,
    seen_as: np.ndarray | None = None,
    mode: str | None = None,
) -> Field:
    mode = mode or str(rng.choice(["sem", "sem", "haadf", "bf", "tem"]))
    return Field(
        np.ascontiguousarray(intensity, np.float32),
        materials,
        seen_as,
        (),
        mode,
        2,
        (0.0, 0.2),
        blur=(0.4, 2.2),
        noise=(0.01, 0.15),
    )


def lamellae(rng: np.random.Generator, size: int) -> Field:
    """Two phases in lamellae (pearlite, eutectics), in colonies of one direction each; some
    lamellae end or are broken.
    """
    unit = size / 1024
    colonies = draw_cells(rng, size, Pattern(rng.uniform(0.25, 1.2) * size, 0.5, waves=0.02 * size))
    period = log_uniform(rng, 12, 110) * unit
    share = np.clip(log_uniform(rng, 0.12, 0.6), 3 * unit / period, 0.75)
    angles = rng.uniform(0, np.pi, colonies.count)
    line = np.arange(size, dtype=np.float32)
    turn = angles.astype(np.float32)[colonies.number]
    along = np.cos(turn) * line[None] + np.sin(turn) * line[:, None]
    wander = smooth_field(rng, size, int(rng.integers(4, 30))).numpy() * rng.uniform(0, 0.9)
    phase = along * np.float32(2 * np.pi / period) + wander + per_cell(rng, colonies, 0, 6.3)
    for y, x in rng.uniform(0, size, (int(rng.integers(0, 14)), 2)):
        phase = phase + np.arctan2(line[:, None] - y, line[None] - x) * rng.choice([-1, 1])
    thin = np.cos(phase) > np.cos(np.pi * share * np.clip(uneven(rng, size, rng.uniform(0, 0.2)), 0.5, 1.5))
    if rng.random() < 0.4:
        thin &= smooth_field(rng, size, max(4, round(0.3 * size / period))).numpy() > rng.uniform(-2.2, -0.8)
    grey, thin_grey = two_greys(rng)
    intensity = (
        np.where(thin, thin_grey, grey) * uneven(rng, size, rng.uniform(0, 0.06)) * per_cell(rng, colonies, 0.93, 1.07)
    )
    materials = np.where(thin, 2, 1).astype(np.uint8)
    if rng.random() < 0.35:
        border = colonies.wall < 0.5 * log_uniform(rng, *WALL) * unit
        intensity, materials = np.where(border, _away(rng, grey, thin_grey), intensity), np.where(border, 3, materials)
    return _field(rng, intensity, materials.astype(np.uint8))


def sponge(rng: np.random.Generator, size: int) -> Field:
    """Ligaments and the pores between them (nanoporous metals, spinodal phases), sometimes with particles of a third
    material.
    """
    unit = size / 1024
    width = log_uniform(rng, 8, 50) * unit
    noise = rng.standard_normal((size, size), dtype=np.float32)
    stretch = log_uniform(rng, 1, 3) if rng.random() < 0.3 else 1.0
    fine = [0.55 * width * np.sqrt(stretch), 0.55 * width / np.sqrt(stretch)]
    wave = ndimage.gaussian_filter(noise, fine, truncate=3) - ndimage.gaussian_filter(
        noise, [1.6 * f for f in fine], truncate=3
    )
    wave /= max(float(wave.std()), 1e-6)
    solid = wave > rng.uniform(-0.5, 0.9)
    pore_grey, solid_grey = two_greys(rng, 0.2)
    deep = np.clip(ndimage.gaussian_filter(solid.astype(np.float32), width * 0.4), 0, 1) * rng.uniform(0, 0.4)
    pores = pore_grey + (solid_grey - pore_grey) * deep
    materials = np.where(solid, 2, 1).astype(np.uint8)
    intensity = np.where(solid, solid_grey * (1 + rng.uniform(0, 0.15) * wave.clip(-1, 2)), pores)
    return _field(rng, intensity, materials)


def holey_film(rng: np.random.Generator, size: int) -> Field:
    """A carbon film with round holes: in rows, or lacey with thin bridges; rims darker or brighter, dirt, sometimes
    flakes or particles on it.
    """
    holes = _lacey(rng, size) if rng.random() < 0.5 else _rows_of_holes(rng, size)
    film_grey, hole_grey = two_greys(rng, 0.1)
    film = (
        film_grey
        * uneven(rng, size, rng.uniform(0, 0.06), (3, 60))
        * uneven(rng, size, rng.uniform(0, 0.04), (60, 300))
    )
    outside = ndimage.distance_transform_edt(~holes)
    rim = np.exp(-outside / (rng.uniform(2, 14) * size / 1024)) * rng.uniform(-0.5, 0.5)
    intensity = np.where(holes, hole_grey, film * (1 + rim))
    intensity = _fresnel(rng, intensity, size)
    materials = np.where(holes, 1, 2).astype(np.uint8)
    return _field(rng, intensity, materials, mode=str(rng.choice(["tem", "bf", "haadf"])))


def _lacey(rng: np.random.Generator, size: int) -> np.ndarray:
    """Rounded holes of uneven size with bridges of 3 to 15 pixels between them."""
    spacing, width = rng.uniform(0.07, 0.3) * size, log_uniform(rng, *WALL) * size / 1024
    cells = draw_cells(rng, size, Pattern(spacing, 0.6, rounding=rng.uniform(0.12, 0.3) * spacing))
    return (cells.wall > 0.5 * width * np.clip(uneven(rng, size, 0.3), 0.4, 2)) & chosen(
        rng, cells, rng.uniform(0.5, 1.0)
    )


def _rows_of_holes(rng: np.random.Generator, size: int) -> np.ndarray:
    """Equal round holes in a square or hexagonal arrangement."""
    spacing, angle = rng.uniform(0.25, 0.9) * size, rng.random() * np.pi / 2
    radius, line, found = (
        rng.uniform(0.25, 0.44) * spacing,
        np.arange(size, dtype=np.float32),
        np.zeros((size, size), bool),
    )
    hexagonal = rng.random() < 0.3
    start = rng.uniform(0, size, 2)
    for i, j in np.ndindex(13, 13):
        along, across = (i - 6 + (j % 2) / 2, (j - 6) * 0.866) if hexagonal else (i - 6, j - 6)
        y = start[0] + spacing * (np.sin(angle) * along + np.cos(angle) * across)
        x = start[1] + spacing * (np.cos(angle) * along - np.sin(angle) * across)
        if -radius < y < size + radius and -radius < x < size + radius:
            found |= (line[:, None] - np.float32(y)) ** 2 + (line[None] - np.float32(x)) ** 2 < radius**2
    return found


def _fresnel(rng: np.random.Generator, intensity: np.ndarray, size: int) -> np.ndarray:
    """A bright and a dark fringe along outlines, as defocus makes them."""
    if rng.random() < 0.5:
        return intensity
    sigma = rng.uniform(1.0, 4.0) * size / 1024
    return intensity + rng.uniform(0.2, 1.2) * (
        intensity - ndimage.gaussian_filter(intensity.astype(np.float32), sigma, truncate=3)
    )


def rods(rng: np.random.Generator, size: int) -> Field:
    """Crowded rods or wires: seen through (they add up) or from outside (the front one hides
    the others, edges bright).
    """
    unit, count = size / 1024, int(log_uniform(rng, 12, 130))
    width = log_uniform(rng, 6, 60) * unit * (12 / count) ** 0.25
    heading, loose = rng.random() * np.pi, rng.uniform(0.05, 1.6)
    through, length = rng.random() < 0.45, rng.uniform(0.12, 1.2) * size
    ground, grey = (0.1, 0.4) if rng.random() < 0.6 else (0.8, 0.55)
    intensity = np.full((size, size), ground, np.float32) * (
        uneven(rng, size, rng.uniform(0, 0.15)) if not through else 1
    )
    front, depth = np.zeros((size, size), np.int32), np.linspace(0.55, 1.1, count)
    for number in range(1, count + 1):
        box, across, inside, beyond = _rod(rng, size, width, heading + rng.normal() * loose, length)
        if box is None:
            continue
        assert across is not None and inside is not None and beyond is not None
        chord = np.sqrt(np.maximum(1 - across**2, 0))
        if through:
            intensity[box] += np.where(inside, (grey - ground) * (0.3 + 0.7 * chord), 0).astype(np.float32)
        else:
            lit = grey * depth[number - 1] * (1 + 0.5 * (1 - chord) + 0.15 * across)
            intensity[box] = np.where(inside, lit, intensity[box] * _shadow(inside, beyond)).astype(np.float32)
        front[box][inside] = number
    materials = np.where(front > 0, 2, 1).astype(np.uint8)
    return _field(rng, np.clip(intensity, 0.02, 2.5), materials, front, "haadf" if through else "sem")


def _shadow(inside: np.ndarray, beyond: np.ndarray) -> np.ndarray:
    """What lies behind a rod is a little darker close to it."""
    return np.where(inside, 1, 1 - 0.3 * np.exp(-np.maximum(beyond - 1, 0) / 0.5))


def _rod(
    rng: np.random.Generator, size: int, width: float, angle: float, length: float
) -> tuple[tuple[slice, slice] | None, np.ndarray | None, np.ndarray | None, np.ndarray | None]:
    """One rod: (box, offset from its axis in half widths, inside, distance from its axis as a segment), None where it
    misses the frame.
    """
    cy, cx = rng.uniform(-0.05, 1.05, 2) * size
    own, length = 0.5 * width * float(np.exp(0.25 * rng.standard_normal())), length * rng.uniform(0.5, 1.3)
    reach_x, reach_y = (abs(f(angle)) * length / 2 + 4 * own for f in (np.cos, np.sin))
    rows = slice(max(0, int(cy - reach_y)), min(size, int(cy + reach_y) + 1))
    columns = slice(max(0, int(cx - reach_x)), min(size, int(cx + reach_x) + 1))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return None, None, None, None
    y, x = np.ogrid[rows, columns]
    y, x = (y - cy).astype(np.float32), (x - cx).astype(np.float32)
    along = np.cos(angle) * x + np.sin(angle) * y
    bend = rng.normal() * 0.06 * (along / length) ** 2 * length
    across = (np.cos(angle) * y - np.sin(angle) * x + bend) / own
    over = np.maximum(np.abs(along) - length / 2, 0) / own
    beyond = np.hypot(across, over)
    inside = beyond < 1 if rng.random() < 0.6 else (np.abs(across) < 1) & (over <= 0)
    return (rows, columns), across, inside, beyond


def flakes(rng: np.random.Generator, size: int) -> Field:
    """Sheets with straight edges, lying over one another: seen through, or from outside with bright edges."""
    unit, count = size / 1024, int(log_uniform(rng, 3, 25))
    through, radius = rng.random() < 0.6, log_uniform(rng, 60, 300) * unit
    ground, step = rng.uniform(0.05, 0.4), rng.uniform(0.06, 0.3)
    intensity, front = np.full((size, size), ground, np.float32), np.zeros((size, size), np.int32)
    line = np.arange(size, dtype=np.float32)
    edge = rng.uniform(1, 3.5) * unit
    for number in range(1, count + 1):
        cy, cx = rng.random(2) * size
        depth = _polygon(
            rng,
            line[:, None] - np.float32(cy),
            line[None] - np.float32(cx),
            radius * float(np.exp(0.4 * rng.standard_normal())),
        )
        inside = depth > 0
        rim = inside & (depth < edge)
        if through:
            intensity += np.where(inside, step * np.float32(rng.uniform(0.5, 1.5)), 0).astype(
                np.float32
            ) + rim * np.float32(0.4 * step)
        else:
            intensity = np.where(
                inside,
                np.float32(ground + rng.uniform(0.25, 0.55)) * (1 + rng.normal() * 0.2 * depth / radius),
                intensity,
            )
            intensity = np.where(rim, intensity * 1.4, intensity).astype(np.float32)
        front[inside] = number
    materials = np.where(front > 0, 2, 1).astype(np.uint8)
    if through and rng.random() < 0.4:
        intensity = (1.2 * np.exp(-intensity)).astype(np.float32)
    return _field(rng, intensity, materials, front, "haadf" if through else "sem")


def _polygon(rng: np.random.Generator, y: np.ndarray, x: np.ndarray, radius: float) -> np.ndarray:
    """Distance to the outline of a random convex polygon, positive inside."""
    sides, start = int(rng.integers(3, 8)), rng.random() * 6.3
    depth = np.full(np.broadcast(y, x).shape, np.inf, np.float32)
    for side in range(sides):
        angle = start + 2 * np.pi * (side + rng.uniform(-0.25, 0.25)) / sides
        depth = np.minimum(
            depth,
            np.float32(radius * rng.uniform(0.5, 1)) - np.float32(np.cos(angle)) * x - np.float32(np.sin(angle)) * y,
        )
    return depth


SCENES = {
    "cells": (cell_network, 0.28),
    "lamellae": (lamellae, 0.16),
    "sponge": (sponge, 0.14),
    "holey film": (holey_film, 0.14),
    "rods": (rods, 0.16),
    "flakes": (flakes, 0.12),
}
