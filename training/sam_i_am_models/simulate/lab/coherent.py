"""One lattice through the whole crystal, several materials on it: stacks, superlattices, precipitates, core and shell,
ordered domains.

Materials differ by brightness (2 to 30 %), by the weight of single columns, or by both; outlines run along unit cells.
Shading is drawn weaker or stronger than the step between the materials, noise mostly below it.
"""

from dataclasses import replace

import numpy as np
from scipy import ndimage

from ..fields import blur, log_uniform, smooth_field, white_noise
from . import shapes
from .field import Field
from .lattice import POWERS, Coordinates, Look, draw_contrast, scanned, spot_width, tables_of, turned
from .structures import Projection, draw_projection

LEAST_CELLS = 3.0  # across a layer
STEPS = (0.02, 0.3)


def draw(rng: np.random.Generator, size: int) -> Field:
    """A coherent scene."""
    unit = size / 1024
    projection = draw_projection(rng, 130)
    shorter = float(np.linalg.norm(projection.basis, axis=1).min())
    period = log_uniform(rng, 4.5, 26 if rng.random() < 0.75 else 70) * unit
    scale = period / shorter
    angle = float(rng.choice([0, 90]) + rng.normal() * 2) if rng.random() < 0.75 else float(rng.uniform(0, 180))
    basis = projection.basis * scale @ turned(angle - np.degrees(np.arctan2(*projection.basis[0][::-1])))
    y, x = scanned(rng, size)
    places = Coordinates(y, x, basis, rng.random(2))
    if rng.random() < 0.15:
        places.dislocate(y, x, rng.random(2) * size, rng.permutation([1, 0]))
    layout = str(
        rng.choice(
            ["stack", "superlattice", "precipitates", "core and shell", "domains"], p=[0.55, 0.1, 0.17, 0.08, 0.1]
        )
    )
    layout, regions, of_region = _regions(rng, layout, size, period, angle)
    origin = tuple(rng.random(2))
    mixed = places.by_cells(rng, regions, float(rng.uniform(0.1, 1.0)), origin) if rng.random() < 0.4 else None
    regions = places.by_cells(rng, regions, 0.0, origin)
    mixed = regions if mixed is None else mixed
    count = int(of_region.max()) + 1
    contrast = draw_contrast(rng)
    steps, levels = _levels(rng, count, contrast)
    sigma = spot_width(rng, projection, scale)
    tables = _tables(rng, projection, count, Look(basis, sigma, contrast), steps is None or layout == "domains")
    depth = rng.uniform(0.25, 1.0)
    which = of_region[mixed]
    level = ndimage.gaussian_filter(np.array(levels, np.float32)[which], rng.uniform(0.25, 0.6) * period, truncate=2.5)
    intensity = level * (1 - depth + depth * places.pattern(tables, which))
    materials = (of_region[regions] + 1).astype(np.uint8)
    intensity, materials = _surround(rng, intensity, materials, angle, levels)
    step = steps or 0.1
    low, high = np.percentile(intensity[::4, ::4], (0.5, 99.5))
    width = step * float(np.mean(levels)) / log_uniform(rng, 0.9, 9) / max(float(high - low), 1e-6)
    amplitude = min(step * log_uniform(rng, 0.2, 4), 0.3)
    return Field(
        intensity,
        materials,
        None,
        _twins(levels, count),
        contrast if contrast != "dpc" else "haadf",
        3 if step < 0.08 else 2 if step < 0.18 else 1,
        shading=(amplitude, amplitude * 1.01),
        blur=(0.2, float(np.clip(0.13 * period / unit, 0.8, 3))),
        noise=(float(np.clip(width, 0.004, 0.3)),) * 2,
        metadata={"layout": layout, "step": round(step, 3), "crystal": projection.name, "period_px": round(period, 1)},
    )


def _regions(
    rng: np.random.Generator, layout: str, size: int, period: float, angle: float
) -> tuple[str, np.ndarray, np.ndarray]:
    """(layout, region map, material of each region)."""
    least = LEAST_CELLS * period
    if layout in ("stack", "superlattice"):
        return layout, *_stack(rng, layout, size, period, angle)
    if layout == "core and shell":
        radius = rng.uniform(0.2, 0.45) * size
        inside = shapes.bodies(rng, size, int(rng.integers(1, 4)), (radius * 0.6, radius), angle) > 0
        regions = shapes.shells(
            rng, inside, [max(least, rng.uniform(0.03, 0.12) * size) for _ in range(int(rng.integers(1, 3)))]
        )
        if inside.mean() > 0.08:
            return layout, regions, np.arange(regions.max() + 1)
        return _regions(rng, "stack", size, period, angle)
    if layout == "domains":
        field = smooth_field(rng, size, int(rng.integers(2, 7)), aspect=float(rng.choice([1, 1, 2.5]))).numpy()
        regions = (field > rng.uniform(-0.6, 0.6)).astype(np.int32)
        return (
            (layout, regions, np.arange(2))
            if regions.any() and not regions.all()
            else _regions(rng, "stack", size, period, angle)
        )
    many = rng.random() < 0.4
    smallest = max(1.5 * period, 0.012 * size)
    radii = (
        (smallest, max(1.5 * smallest, 0.06 * size))
        if many
        else (max(2.5 * period, 0.03 * size), max(4 * period, 0.22 * size))
    )
    regions = shapes.bodies(rng, size, int(rng.integers(6, 40) if many else rng.integers(1, 6)), radii, angle)
    kinds = 2 if rng.random() < 0.2 else 1
    return layout, regions, np.concatenate([[0], 1 + rng.integers(0, kinds, int(regions.max()))])


def _stack(
    rng: np.random.Generator, layout: str, size: int, period: float, angle: float
) -> tuple[np.ndarray, np.ndarray]:
    normal = angle + float(rng.choice([0, 90, 180, 270])) + (rng.normal() * 1.5 if rng.random() < 0.4 else 0.0)
    if layout == "superlattice":
        pair = [max(LEAST_CELLS * period, rng.uniform(0.02, 0.12) * size) for _ in range(2)]
        repeats = int(rng.integers(2, 8))
        thickness = np.array([0.3 * size, *(pair * repeats), 0.3 * size])
        alternating = [1, 2] if rng.random() < 0.5 else [1, 0]
        of_region = np.array([0, *(alternating * repeats), 0 if alternating[1] else 2])
    else:
        layers = int(rng.integers(1, 6)) + 1
        materials = min(layers, int(rng.integers(2, 6)))
        of_region = np.concatenate([np.arange(materials), rng.integers(0, materials, layers - materials)])
        of_region = _apart(rng, of_region)
        thickness = shapes.thicknesses(rng, layers, size, LEAST_CELLS * period)
    rough = period * float(rng.choice([0.0, 0.3, 1.0, 2.5], p=[0.25, 0.35, 0.25, 0.15]))
    regions = shapes.stack(rng, size, thickness, normal, rough)
    shown = np.unique(of_region[np.unique(regions)])
    return regions, np.searchsorted(shown, of_region).clip(0, len(shown) - 1)


def _apart(rng: np.random.Generator, of_region: np.ndarray) -> np.ndarray:
    """A random order in which neighbours differ."""
    for _ in range(50):
        order = rng.permutation(of_region)
        if (order[1:] != order[:-1]).all():
            return order
    return np.arange(len(of_region)) % 2


def _levels(rng: np.random.Generator, count: int, contrast: str) -> tuple[float | None, list[float]]:
    """(smallest relative step between two materials or None, levels):

    None where they have one brightness and differ by pattern alone.
    """
    base = float(rng.uniform(0.3, 0.8))
    if count == 1:
        return 0.1, [base]
    if rng.random() < 0.06:
        return None, [base] * count
    step = log_uniform(rng, *STEPS)
    for _ in range(200):
        signs = base * np.exp(step * np.cumsum([0.0, *(rng.choice([1, 1, 1.5, 2, 3], count - 1))]))
        if signs.max() / signs.min() < 2.5 or count > 4:
            break
    return step, list(rng.permutation(signs).clip(0.05, 1.6).astype(float))


def _tables(rng: np.random.Generator, projection: Projection, count: int, look: Look, changed: bool) -> np.ndarray:
    """Tables (count, n, n): the same columns, with other weights at one or two sites for some materials."""
    ring = rng.uniform(0.1, 0.5) if rng.random() < 0.12 else 0.0
    look = replace(look, ring=ring, direction=rng.random())
    base = projection.weights(POWERS[look.contrast])
    out, columns = [], projection.columns
    for number in range(count):
        weights = base.copy()
        chance = rng.random()
        if number and (changed or chance < 0.5):
            strength = 0.9 if changed or chance < 0.15 else 0.3
            sites = rng.choice(len(columns), min(len(columns), int(rng.integers(1, 3))), replace=False)
            weights[sites] = weights[sites] * np.exp(strength * rng.standard_normal(len(sites)))
            if changed and (len(columns) < 3 or rng.random() < 0.5):
                weights[sites[0]] = base.max() * rng.uniform(0.0, 0.35)
        out.append(tables_of(columns, weights, look))
    return np.stack(out)


def _twins(levels: list[float], count: int) -> tuple[tuple[int, int], ...]:
    """Pairs whose brightness differs by less than 12 %."""
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    return tuple((a + 1, b + 1) for a, b in pairs if abs(np.log(levels[a] / levels[b])) < 0.12)


def _surround(
    rng: np.random.Generator, intensity: np.ndarray, materials: np.ndarray, angle: float, levels: list[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Some crystals end in the frame: vacuum, an amorphous or metal cap, or a foreign substrate beyond a strong
    outline; one side or two.
    """
    if rng.random() > 0.4:
        return intensity, materials
    size = intensity.shape[0]
    sides = [0.0, 180.0] if rng.random() < 0.25 else [float(rng.choice([0, 180]))]
    for side in sides:
        reach = rng.uniform(0.06, 0.3) * size
        frame = (
            shapes.stack(
                rng,
                size,
                np.array([reach, 1.3 * size - reach]),
                angle + side + rng.normal() * 0.5,
                rng.uniform(0, 0.01) * size,
                0.15,
            )
            == 0
        )
        if not 0.02 < frame.mean() < 0.5:
            continue
        soft = ndimage.gaussian_filter(frame.astype(np.float32), rng.uniform(0.5, 3) * size / 1024)
        intensity = intensity * (1 - soft) + soft * _foreign(rng, size, float(np.mean(levels)))
        number = int(materials.max()) + 1
        materials = np.where(frame, number, materials).astype(np.uint8)
    kept = np.unique(materials)
    return intensity, np.searchsorted(kept, materials).astype(np.uint8) + 1


def _foreign(rng: np.random.Generator, size: int, level: float) -> np.ndarray:
    """What lies beside a crystal: dark and empty, grainy, or another lattice."""
    kind = rng.random()
    if kind < 0.35:
        return np.full((size, size), rng.uniform(0, 0.15) * level, np.float32)
    own = level * log_uniform(rng, 0.3, 2.2)
    if kind < 0.7:
        grain = blur(white_noise(rng, (size, size)), log_uniform(rng, 0.8, 5) * size / 1024).numpy()
        return np.float32(own) * (1 + np.float32(rng.uniform(0.03, 0.2)) * grain / grain.std()).astype(np.float32)
    projection = draw_projection(rng)
    scale = log_uniform(rng, 5, 30) * size / 1024 / float(np.linalg.norm(projection.basis, axis=1).min())
    y, x = scanned(rng, size)
    basis = projection.basis * scale @ turned(rng.uniform(0, 180))
    drawn = tables_of(projection.columns, projection.weights(1.7), Look(basis, spot_width(rng, projection, scale)))
    depth = np.float32(rng.uniform(0.3, 1))
    return np.float32(own) * (1 - depth + depth * Coordinates(y, x, basis).pattern(drawn[None]))
