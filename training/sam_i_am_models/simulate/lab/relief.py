"""Height fields as a scanning electron microscope shows them: etched steel, superalloys, polished grains, powders, islands.

Secondary electrons make edges and what sticks out bright, hollows dark, and slopes towards the detector brighter than those away from it.
"""

import numpy as np
from scipy import ndimage

from ..fields import log_uniform, smooth_field
from . import voids
from .cells import Pattern, chosen, draw_cells, per_cell
from .field import Field
from .networks import uneven

LEAST_MATRIX = 3.0  # pixels of a 1024-pixel frame: narrowest wall or channel


def draw(rng: np.random.Generator, size: int) -> Field:
    """A scene with relief."""
    kinds = list(SCENES)
    kind = str(rng.choice(kinds, p=[SCENES[name][1] for name in kinds]))
    field = SCENES[kind][0](rng, size)
    field.metadata = {"layout": kind}
    return field


def lit(rng, height: np.ndarray, albedo: np.ndarray, edge: float) -> np.ndarray:
    """Brightness of a surface of `height` (pixels) and `albedo`, whose steps are about `edge` pixels wide; float32."""
    surface = ndimage.gaussian_filter(height.astype(np.float32), max(0.4, 0.6 * edge), truncate=3)
    down, right = np.gradient(surface)
    angle = rng.random() * 2 * np.pi
    slope = np.cos(angle) * right + np.sin(angle) * down
    steep = np.hypot(down, right)
    above = surface - ndimage.gaussian_filter(surface, 3 * edge, truncate=3)
    scale = max(float(np.percentile(steep[::3, ::3], 98)), 1e-6)
    above /= max(float(np.percentile(np.abs(above[::3, ::3]), 98)), 1e-6)
    light = rng.uniform(0, 0.4) * slope / scale + rng.uniform(0.05, 0.7) * np.minimum(steep / scale, 2) + rng.uniform(0.05, 0.5) * above
    light = 1 + log_uniform(rng, 0.15, 1.0) * light
    return (albedo * np.clip(light, 0.1, 4)).astype(np.float32)


def _field(intensity, materials, seen_as=None, blur=(0.5, 2.2), noise=(0.015, 0.14)) -> Field:
    return Field(
        np.ascontiguousarray(intensity, np.float32), materials.astype(np.uint8), seen_as, (), "sem", 2, (0.0, 0.2), blur=blur, noise=noise,
    )  # fmt: skip


def steel(rng, size) -> Field:
    """Etched steel: sunken matrix in cells, the network between raised and bright, islands, precipitates; sometimes a wide crack."""
    unit, spacing = size / 1024, log_uniform(rng, 28, 130) * size / 1024
    wall, number, count = _two_grounds(rng, size, spacing)
    width = log_uniform(rng, LEAST_MATRIX + 0.5, min(14, 0.3 * spacing / unit)) * unit
    half = 0.5 * width * np.clip(uneven(rng, size, rng.uniform(0.1, 0.4)), 0.3, 2.5)
    network = wall < half
    islands = (rng.random(count) < rng.uniform(0, 0.12))[number] & ~network if rng.random() < 0.5 else np.zeros_like(network)
    precipitates = voids.round_pores(rng, size, int(log_uniform(rng, 10, 250)), log_uniform(rng, 1.8, 5) * unit, 0.3) if rng.random() < 0.4 else islands & False
    precipitates &= ~network & ~islands
    ridge = np.clip(1 - wall / np.maximum(half, 0.5), 0, 1) ** rng.uniform(0.5, 1.5)
    height = (network * (0.4 + ridge) + islands * rng.uniform(0.4, 1.0) + precipitates * 0.8) * width
    height = height + (uneven(rng, size, 1.0, (60, 300)) - 1) * rng.uniform(0, 0.12) * width
    base = rng.uniform(0.15, 0.4)
    albedo = base * uneven(rng, size, rng.uniform(0.02, 0.12), (40, 250)) * (1 + rng.uniform(0, 0.2) * (rng.random(count) - 0.5)).astype(np.float32)[number]
    albedo = np.where(network, base * rng.uniform(1.1, 1.9) * uneven(rng, size, rng.uniform(0, 0.12), (60, 300)), albedo)
    albedo = np.where(islands, base * rng.uniform(1.3, 1.8) * uneven(rng, size, 0.12, (40, 250)), albedo)
    albedo = np.where(precipitates, base * rng.uniform(1.8, 2.8), albedo)
    materials = np.select([network, islands, precipitates], [2, 3, 4], 1)
    intensity = lit(rng, height, albedo, max(0.8, 0.25 * width))
    if rng.random() < 0.25:
        intensity, materials = _torn(rng, intensity, materials, unit)
    return _field(intensity, materials)


def _two_grounds(rng, size, spacing):
    """Distance to walls, cell numbers and their count: one pattern of cells, or two that meet (equiaxed and elongated)."""
    patterns = [
        Pattern(spacing, rng.uniform(0.2, 0.55), aspect, rng.uniform(0, 180), rng.uniform(0, 0.25) * (rng.random() < 0.6), 0.15 * spacing * (rng.random() < 0.6), 0.08 * spacing)
        for aspect in (log_uniform(rng, 1, 2), log_uniform(rng, 2, 7))
    ]  # fmt: skip
    first = draw_cells(rng, size, patterns[0])
    if rng.random() < 0.55:
        return first.wall, first.number, first.count
    second = draw_cells(rng, size, patterns[1])
    there = smooth_field(rng, size, int(rng.integers(2, 4))).numpy() > rng.uniform(-0.6, 1.0)
    wall = np.where(there, second.wall, first.wall)
    return wall, np.where(there, second.number + first.count, first.number), first.count + second.count


def _torn(rng, intensity, materials, unit):
    """A wide crack with torn sides through everything: a material of its own."""
    size = intensity.shape[0]
    crack = voids.crack_mask(rng, size, log_uniform(rng, 12, 70) * unit, 1, rng.uniform(0, 0.5))
    distance = ndimage.distance_transform_edt(crack) - ndimage.distance_transform_edt(~crack)
    crack = distance > (uneven(rng, size, 1.0, (20, 120)) - 1) * rng.uniform(1, 6) * unit
    floor = float(np.percentile(intensity[::4, ::4], 5)) * rng.uniform(0.1, 0.5)
    inside = floor * (1 + 0.4 * np.exp(-voids.depth_inside(crack) / (4 * unit))) * uneven(rng, size, 0.15, (30, 150))
    rim = 1 + rng.uniform(0.1, 0.8) * voids.bright_edges(crack, rng.uniform(1, 4) * unit)
    return np.where(crack, inside, intensity * rim), np.where(crack, 5, materials)


def superalloy(rng, size) -> Field:
    """Gamma matrix with large lobed or cuboid precipitates and small ones in between, each with its rim."""
    unit = size / 1024
    if rng.random() < 0.4:
        large, spacing = _cuboids(rng, size)
    else:
        spacing = log_uniform(rng, 60, 260) * unit
        cells = draw_cells(rng, size, Pattern(spacing, rng.uniform(0.3, 0.6), merged=rng.uniform(0, 0.3), rounding=rng.uniform(0.12, 0.3) * spacing, waves=rng.uniform(0, 0.06) * spacing))
        half = 0.5 * log_uniform(rng, 6, 40) * unit * np.clip(uneven(rng, size, 0.3), 0.4, 2)
        large = (cells.wall > half) & chosen(rng, cells, rng.uniform(0.6, 1.0))
        large = ndimage.gaussian_filter(large.astype(np.float32), max(1.0, 0.03 * spacing)) > 0.5
    small = _tertiary(rng, large, unit) if rng.random() < 0.65 else np.zeros_like(large)
    sunk = rng.choice([-1, 1], p=[0.75, 0.25])
    step = rng.uniform(1, 8) * unit
    height = sunk * step * (large + rng.uniform(0.4, 1) * small) + (uneven(rng, size, 1.0, (3, 30)) - 1) * 0.2 * step
    base = rng.uniform(0.35, 0.6)
    tone = 1 + sunk * rng.uniform(0.03, 0.25)
    albedo = base * np.where(large | small, tone, 1) * uneven(rng, size, rng.uniform(0, 0.03), (10, 100))
    rim = np.exp(-ndimage.distance_transform_edt(~large) / (rng.uniform(1.5, 9) * unit)) * ~large
    albedo = albedo * (1 + rng.uniform(0, 0.35) * rim)
    if rng.random() < 0.4:
        albedo = albedo * (1 + np.where(large, rng.uniform(0, 0.1), 0) * (uneven(rng, size, 1, (40, 200)) - 1))
    materials = np.select([large, small], [2, 3], 1)
    return _field(lit(rng, height, albedo, rng.uniform(1.5, 5) * unit), materials, blur=(0.6, 3.0))


def _cuboids(rng, size):
    """Rounded cuboids in rows with channels between, uneven in size; (mask, spacing)."""
    spacing, unit, turn = log_uniform(rng, 40, 200) * size / 1024, size / 1024, rng.uniform(-0.8, 0.8)
    line = np.arange(size, dtype=np.float32)
    bend = [smooth_field(rng, size, max(3, round(0.6 * size / spacing))).numpy() * rng.uniform(0.04, 0.16) * spacing for _ in range(2)]
    u = (np.cos(turn) * line[None] + np.sin(turn) * line[:, None] + bend[0]) / spacing + 512
    v = (np.cos(turn) * line[:, None] - np.sin(turn) * line[None] + bend[1]) / spacing + 512
    row = np.floor(v).astype(np.int32)
    u = u + rng.random(1024)[row].astype(np.float32)
    column = np.floor(u).astype(np.int32)
    which = (row * 31 + column * 17) % 1009
    fu, fv = np.abs(u - column - 0.5), np.abs(v - row - 0.5)
    power = rng.uniform(3, 8)
    reach = 0.5 - 0.5 * log_uniform(rng, 4, max(5, 0.3 * spacing / unit)) * unit / spacing - rng.uniform(0, 0.1, 1009).astype(np.float32)[which]
    return ((fu**power + fv**power) < reach**power) & (rng.random(1009) < rng.uniform(0.8, 1.0))[which], spacing


def _tertiary(rng, large, unit):
    """Small round precipitates in the matrix, in patches, clear of the large ones."""
    size = large.shape[0]
    radius = log_uniform(rng, 3, 11) * unit
    dots = voids.round_pores(rng, size, int(log_uniform(rng, 300, 3000)), radius, 0.3)
    patchy = smooth_field(rng, size, int(rng.integers(4, 12))).numpy() > rng.uniform(-1.5, 0.5)
    clear = ndimage.distance_transform_edt(~large) > 1.5 * radius
    return _whole(dots, clear & patchy)


def _whole(dots, allowed):
    """Those connected dots that lie inside `allowed` as a whole."""
    number, count = ndimage.label(dots)
    outside = np.zeros(count + 1, bool)
    outside[np.unique(number[~allowed])] = True
    return ~outside[number] & dots


def grains(rng, size) -> Field:
    """Etched or thermally grooved grains: each at its own height and tone, grooves or steps between; a second phase in some, pores at corners."""
    unit, spacing = size / 1024, log_uniform(rng, 45, 320) * size / 1024
    cells = draw_cells(rng, size, Pattern(spacing, rng.uniform(0.3, 0.6), waves=rng.uniform(0, 0.05) * spacing))
    groove = np.exp(-np.maximum(cells.wall, 0) / (rng.uniform(1.5, 6) * unit))
    height = per_cell(rng, cells, 0, rng.uniform(1, 10) * unit) - rng.uniform(0, 6) * unit * groove
    tone = rng.uniform(0.05, 0.3)
    albedo = rng.uniform(0.3, 0.6) * per_cell(rng, cells, 1 - tone, 1 + tone)
    materials = np.ones((size, size), np.uint8)
    if rng.random() < 0.7:
        second = chosen(rng, cells, rng.uniform(0.05, 0.35))
        albedo = np.where(second, albedo * rng.choice([rng.uniform(0.3, 0.6), rng.uniform(1.6, 2.2)]), albedo)
        materials[second] = 2
    if rng.random() < 0.3:
        pores = voids.round_pores(rng, size, int(log_uniform(rng, 10, 120)), log_uniform(rng, 4, 14) * unit)
        height, albedo = height - pores * 12 * unit, np.where(pores, albedo * 0.25, albedo)
        materials[pores] = 3
    return _field(lit(rng, height, albedo, rng.uniform(1, 3) * unit), materials, cells.number)


def powder(rng, size) -> Field:
    """Grains of a powder lying over one another on a ground: round or angular, bright rims, dark gaps."""
    radius = log_uniform(rng, 20, 160) * size / 1024
    count = int(np.clip(rng.uniform(0.3, 3.0) * size**2 / (np.pi * radius**2), 6, 350))
    height, front = np.full((size, size), -1.0, np.float32), np.zeros((size, size), np.int32)
    angular, spread = rng.random() < 0.35, rng.uniform(0.1, 0.6)
    piled = rng.uniform(0, 2.5)
    for number in range(1, count + 1):
        own = radius * float(np.exp(spread * rng.standard_normal()))
        cy, cx = rng.uniform(-0.05, 1.05, 2) * size
        rows, columns = (slice(max(0, int(c - 1.1 * own)), min(size, int(c + 1.1 * own) + 1)) for c in (cy, cx))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            continue
        y, x = np.ogrid[rows, columns]
        bump = _body(rng, (y - cy).astype(np.float32) / own, (x - cx).astype(np.float32) / own, angular)
        top = np.where(bump > 0, own * (bump + piled * number / count), -1)
        higher = top > height[rows, columns]
        height[rows, columns] = np.where(higher, top, height[rows, columns])
        front[rows, columns] = np.where(higher, number, front[rows, columns])
    covered = front > 0
    tones = rng.uniform(0.85, 1.15, count + 1).astype(np.float32)
    ground, body = rng.uniform(0.05, 0.25), rng.uniform(0.35, 0.6)
    albedo = np.where(covered, body * tones[front] * uneven(rng, size, rng.uniform(0, 0.1), (40, 250)), ground * uneven(rng, size, 0.1, (5, 200)))
    intensity = lit(rng, np.where(covered, height, 0), albedo, max(1.0, 0.05 * radius))
    return _field(intensity, np.where(covered, 2, 1), front)


def _body(rng, y, x, angular):
    """Height of one grain of radius 1, 0 outside."""
    ratio, turn = rng.uniform(0.7, 1), rng.random() * np.pi
    u, v = np.cos(turn) * x + np.sin(turn) * y, (np.cos(turn) * y - np.sin(turn) * x) / ratio
    if not angular:
        return np.sqrt(np.maximum(1 - u * u - v * v, 0))
    height = np.full(np.broadcast(u, v).shape, rng.uniform(0.4, 0.8), np.float32)
    for side in range(int(rng.integers(5, 9))):
        angle = side * 1.1 + rng.uniform(-0.3, 0.3)
        height = np.minimum(height, (rng.uniform(0.7, 0.95) - u * np.cos(angle) - v * np.sin(angle)) * rng.uniform(0.6, 2.0))
    return np.where(u * u + v * v < 1, np.maximum(height, 0), 0)


def islands(rng, size) -> Field:
    """Islands of a broken or growing film on a smooth or grainy ground, with bright outlines; sometimes small ones of a third material on both."""
    unit, radius = size / 1024, log_uniform(rng, 10, 90) * size / 1024
    raised = voids.pore_mask(rng, size, radius, rng.uniform(0.1, 0.6), log_uniform(rng, 1, 3), rng.uniform(0, 180))
    step = rng.uniform(2, 12) * unit
    dome = np.minimum(voids.depth_inside(raised), rng.uniform(2, 20) * unit) * rng.uniform(0, 0.8)
    height = raised * step + dome + (uneven(rng, size, 1.0, (40, 250)) - 1) * rng.uniform(0, 0.3) * step
    low = rng.uniform(0.15, 0.5)
    albedo = np.where(raised, low * rng.choice([rng.uniform(0.5, 0.8), rng.uniform(1.3, 2.0)]), low) * uneven(rng, size, rng.uniform(0, 0.08), (20, 250))
    materials = np.where(raised, 2, 1)
    if rng.random() < 0.35:
        dots = voids.round_pores(rng, size, int(log_uniform(rng, 20, 300)), log_uniform(rng, 3, 12) * unit, 0.4)
        height, albedo, materials = height + dots * step, np.where(dots, 2.2 * low, albedo), np.where(dots, 3, materials)
    return _field(lit(rng, height, albedo, rng.uniform(1, 3) * unit), materials)


SCENES = {
    "steel": (steel, 0.28),
    "superalloy": (superalloy, 0.26),
    "grains": (grains, 0.16),
    "powder": (powder, 0.16),
    "islands": (islands, 0.14),
}
