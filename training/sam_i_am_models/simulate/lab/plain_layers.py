"""Layers without lattice (BF, HAADF, SEM): coatings, devices and films whose layers differ
by grey or by grain alone.
"""

import numpy as np
from scipy import ndimage

from .. import layouts
from ..fields import log_uniform
from . import shapes, textures
from .field import Field


def draw(rng: np.random.Generator, size: int) -> Field:
    """A stack of two to five materials; pores, cracks, seams and a via in it."""
    unit, mode = size / 1024, str(rng.choice(["bf", "haadf", "sem", "tem"], p=[0.3, 0.3, 0.3, 0.1]))
    angle = float(rng.choice([0, 0, 0, 90, 180, 270]) + rng.normal() * 3)
    materials_wanted = int(rng.integers(2, 6))
    layers = materials_wanted + int(rng.choice([0, 1, 2], p=[0.6, 0.25, 0.15]))
    thin = log_uniform(rng, 12, 60) * unit
    rough = size * log_uniform(rng, 0.0005, 0.02)
    regions = shapes.stack(rng, size, shapes.thicknesses(rng, layers, size, thin), angle, rough, 0.2)
    of_region = _materials(rng, layers, materials_wanted)
    if rng.random() < 0.2:
        regions, of_region = _via(rng, regions, of_region, size, angle)
    intensity, materials = paint(rng, regions, of_region, angle)
    intensity, materials = _holes(rng, intensity, materials, regions, size)
    intensity = _seams(rng, intensity, regions, unit)
    return Field(
        intensity,
        materials,
        None,
        (),
        mode,
        2,
        shading=(0.01, 0.25),
        blur=(0.3, 2.5),
        noise=(0.008, 0.12 if mode != "sem" else 0.2),
        metadata={"layout": "layers without lattice"},
    )


def _materials(rng: np.random.Generator, layers: int, wanted: int) -> np.ndarray:
    for _ in range(60):
        of_region = rng.permutation(np.concatenate([np.arange(wanted), rng.integers(0, wanted, layers - wanted)]))
        if (of_region[1:] != of_region[:-1]).all():
            return of_region
    return np.arange(layers) % wanted


def levels_of(rng: np.random.Generator, count: int) -> np.ndarray:
    """Levels of `count` materials, some of them only a little apart."""
    least = log_uniform(rng, 0.025, 0.12)
    for _ in range(100):
        levels = rng.uniform(0.03, 1.0, count)
        if rng.random() < 0.4 and count > 1:
            levels[1] = levels[0] + rng.choice([-1, 1]) * least * rng.uniform(1, 2.5)
        if count == 1 or (np.abs(levels[:, None] - levels[None]) + np.eye(count)).min() > least:
            break
    return levels.clip(0.02, 1.2)


def paint(
    rng: np.random.Generator, regions: np.ndarray, of_region: np.ndarray, angle: float, widest: float = 10.0
) -> tuple[np.ndarray, np.ndarray]:
    """Intensity and material map of regions; interfaces up to `widest` pixels wide are unlabelled in their middle."""
    size, count = regions.shape[0], int(of_region.max()) + 1
    unit = size / 1024
    levels, which = levels_of(rng, count), of_region[regions]
    width = (rng.uniform(0.3, 1.5) if rng.random() < 0.7 else rng.uniform(1.5, widest)) * unit
    intensity, total, surest = (np.zeros((size, size), np.float32) for _ in range(3))
    for number in range(count):
        share = ndimage.gaussian_filter((which == number).astype(np.float32), width, truncate=2.5)
        intensity += share * np.float32(levels[number]) * textures.draw_texture(rng, size, angle)
        total, surest = total + share, np.maximum(surest, share)
    materials = (which + 1).astype(np.uint8)
    if width > 2 * unit:
        materials[surest < 0.75] = 0
    return intensity / np.maximum(total, 1e-3), materials


def _via(
    rng: np.random.Generator, regions: np.ndarray, of_region: np.ndarray, size: int, angle: float
) -> tuple[np.ndarray, np.ndarray]:
    """A narrow body through one or two layers, of a material of its own."""
    along, _ = shapes.axes_of(size, angle, (0.5, rng.uniform(0.2, 0.8)))
    width = rng.uniform(0.01, 0.07) * size
    through = np.isin(regions, rng.choice(int(regions.max()) + 1, 1 + int(rng.random() < 0.3)))
    taper = 1 + rng.normal() * 0.1
    regions = np.where(through & (np.abs(along) < width * taper), regions.max() + 1, regions)
    return regions, np.concatenate([of_region, [of_region.max() + 1 if rng.random() < 0.7 else of_region[0]]])


def _holes(
    rng: np.random.Generator, intensity: np.ndarray, materials: np.ndarray, regions: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pores in one or two layers and a crack: a material of their own (dark, or bright in BF) from about 6 pixels on,
    texture where smaller.
    """
    unit, number = size / 1024, int(materials.max()) + 1
    hole = np.zeros((size, size), bool)
    if rng.random() < 0.3:
        host = np.isin(
            regions,
            rng.choice(int(regions.max()) + 1, min(int(regions.max()) + 1, int(rng.integers(1, 3))), replace=False),
        )
        ys, xs = np.nonzero(host)
        line = np.arange(size, dtype=np.float32) / size
        y, x = np.meshgrid(line, line, indexing="ij")
        largest = log_uniform(rng, 5, 50)
        for _ in range(int(log_uniform(rng, 4, 80))):
            pick = rng.integers(len(ys)) if len(ys) else 0
            if len(ys):
                hole |= (
                    layouts.blob(
                        rng, y, x, (xs[pick] / size, ys[pick] / size), log_uniform(rng, 2, largest) * unit / size
                    )
                    & host
                )
    if rng.random() < 0.15:
        along, depth = shapes.axes_of(size, rng.uniform(0, 360), tuple(rng.uniform(0.2, 0.8, 2)))
        wave = 20 * unit * np.sin(along / (rng.uniform(20, 120) * unit)) * rng.random()
        hole |= (np.abs(depth + wave) < rng.uniform(2, 8) * unit) & (np.abs(along) < rng.uniform(0.1, 0.8) * size)
    if not hole.any():
        return intensity, materials
    soft = ndimage.gaussian_filter(hole.astype(np.float32), rng.uniform(0.4, 1.5) * unit)
    level = rng.uniform(0, 0.12) if rng.random() < 0.75 else rng.uniform(0.8, 1.1)
    deep = ndimage.distance_transform_edt(hole)
    kept = ndimage.binary_propagation(deep >= 2.5 * unit, mask=hole)
    materials = np.where(kept, number, materials).astype(np.uint8)
    return (intensity * (1 - soft) + soft * np.float32(level)).astype(np.float32), materials


def _seams(rng: np.random.Generator, intensity: np.ndarray, regions: np.ndarray, unit: float) -> np.ndarray:
    """Dark or bright lines along some interfaces."""
    if rng.random() > 0.35:
        return intensity
    pick = int(rng.integers(int(regions.max()) + 1))
    outline = ndimage.morphological_gradient((regions == pick).astype(np.float32), 3)
    line = ndimage.gaussian_filter(outline, rng.uniform(0.8, 3) * unit)
    return (intensity * (1 + rng.uniform(-0.5, 0.5) * line / max(float(line.max()), 1e-6))).astype(np.float32)


def draw_device(rng: np.random.Generator, size: int) -> Field:
    """A device in cross-section: blocks with liners in and on layers, all with sharp outlines and few greys."""
    unit, mode = size / 1024, str(rng.choice(["haadf", "bf", "sem"], p=[0.55, 0.25, 0.2]))
    angle = float(rng.choice([0, 90, 180, 270]) + rng.normal() * 1)
    layers = int(rng.integers(1, 4))
    regions = (
        shapes.stack(rng, size, shapes.thicknesses(rng, layers, size, 0.06 * size), angle, 0.002 * size, 0.05)
        if layers > 1
        else np.zeros((size, size), np.int32)
    )
    wanted = max(layers + 1, int(rng.integers(2, 6)))
    of_region = list(range(layers))
    filling, liner = int(rng.integers(layers, wanted)), int(rng.integers(layers, wanted))
    periodic, pitch = rng.random() < 0.5, rng.uniform(0.15, 0.5)
    start, width, height = rng.random(2), rng.uniform(0.04, 0.3), rng.uniform(0.06, 0.5)
    thick = log_uniform(rng, 5, 30) * unit if rng.random() < 0.6 else 0.0
    for block in range(int(rng.integers(2, 9))):
        middle = ((start[0] + block * pitch) % 1.2 - 0.1, start[1]) if periodic else tuple(rng.random(2))
        if not periodic:
            width, height, filling = rng.uniform(0.04, 0.35), rng.uniform(0.06, 0.5), int(rng.integers(0, wanted))
        body = _block(rng, size, angle, middle, width, height)
        number = len(of_region)
        of_region += [filling, liner]
        if thick:
            regions[(ndimage.distance_transform_edt(~body) < thick) & ~body] = number + 1
        regions[body] = number
    of_region = np.unique(of_region, return_inverse=True)[1]
    shown = np.unique(regions, return_inverse=True)
    regions, of_region = shown[1].reshape(size, size).astype(np.int32), of_region[shown[0]]
    of_region = np.unique(of_region, return_inverse=True)[1]
    intensity, materials = paint(rng, regions, of_region, angle, 3.0)
    return Field(
        intensity,
        materials,
        None,
        (),
        mode,
        2,
        shading=(0.01, 0.15),
        blur=(0.3, 1.8),
        noise=(0.006, 0.1),
        metadata={"layout": "device"},
    )


def _block(
    rng: np.random.Generator, size: int, angle: float, middle: tuple[float, float], width: float, height: float
) -> np.ndarray:
    """A trapezoid with rounded corners; bool (size, size)."""
    along, depth = shapes.axes_of(size, angle, middle)
    slope = rng.normal() * 0.08
    half = 0.5 * size * np.array([width, height])
    body = np.maximum(np.abs(along + slope * depth * np.sign(along)) / half[0], np.abs(depth) / half[1])
    if rng.random() < 0.4:
        rounding = rng.uniform(2, 8)
        body = (np.abs(along / half[0]) ** rounding + np.abs(depth / half[1]) ** rounding) ** (1 / rounding)
    return body < 1
