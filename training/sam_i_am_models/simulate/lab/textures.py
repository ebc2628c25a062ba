"""Relative brightness (mean about 1, float32) of what has no lattice."""

import numpy as np
from scipy import ndimage

from ..fields import blur, log_uniform, smooth_field, white_noise
from .shapes import axes_of


def grainy(rng: np.random.Generator, size: int, depth: float, width: float) -> np.ndarray:
    """Even grain of correlation `width` pixels and relative deviation `depth`."""
    grain = blur(white_noise(rng, (size, size)), width).numpy()
    return (1 + depth * grain / max(float(grain.std()), 1e-6)).astype(np.float32)


def cloudy(rng: np.random.Generator, size: int, depth: float, coarsest: int = 4) -> np.ndarray:
    """Clouds over several octaves, as films of uneven thickness have them."""
    out, weight, cells = np.zeros((size, size), np.float32), 1.0, coarsest
    fall = rng.uniform(0.5, 0.9)
    while cells < size / 4:
        out += weight * smooth_field(rng, size, cells).numpy()
        weight, cells = weight * fall, cells * 2
    return np.exp(depth * out / max(float(out.std()), 1e-6)).clip(0.1, 4).astype(np.float32)


def columnar(rng: np.random.Generator, size: int, depth: float, width: float, angle: float) -> np.ndarray:
    """Columns of about `width` pixels along the direction `angle` + 90 degrees, each a little brighter or darker, wavy
    and branching.
    """
    along, deep = axes_of(size, angle)
    wave = smooth_field(rng, size, int(rng.integers(3, 9))).numpy() * width * rng.uniform(0.3, 1.5)
    place = along + wave + size
    long = width * log_uniform(rng, 4, 20)
    noise = rng.standard_normal((int(3 * size / width) + 8, int(3 * size / long) + 8)).astype(np.float32)
    row, column = place / width, (deep + size) / long
    out = ndimage.map_coordinates(noise, [row, column], order=1, mode="wrap")
    return (1 + depth * out / max(float(out.std()), 1e-6)).clip(0.1, 3).astype(np.float32)


def granular(rng: np.random.Generator, size: int, depth: float, width: float) -> np.ndarray:
    """Grains of about `width` pixels, each of one brightness (diffraction contrast)."""
    count = int(np.clip((size / width) ** 2, 4, 20000))
    y, x = rng.random((2, count)) * size
    seeds = np.ones((size, size), bool)
    seeds[y.astype(int), x.astype(int)] = False
    index = ndimage.distance_transform_edt(seeds, return_distances=False, return_indices=True)
    flat = index[0].astype(np.int64) * size + index[1]
    level = rng.standard_normal(997).astype(np.float32)
    return (
        (1 + depth * ndimage.gaussian_filter(level[flat % 997], max(0.4, 0.04 * width), truncate=2.5))
        .clip(0.1, 3)
        .astype(np.float32)
    )


def draw_texture(rng: np.random.Generator, size: int, angle: float) -> np.ndarray:
    """A texture for a layer whose normal is turned by `angle`."""
    unit, kind = size / 1024, rng.random()
    if kind < 0.25:
        return np.ones((size, size), np.float32)
    if kind < 0.5:
        return grainy(rng, size, log_uniform(rng, 0.01, 0.15), log_uniform(rng, 0.7, 8) * unit)
    if kind < 0.65:
        return cloudy(rng, size, log_uniform(rng, 0.02, 0.15), int(rng.integers(4, 24)))
    if kind < 0.85:
        return columnar(rng, size, log_uniform(rng, 0.02, 0.2), log_uniform(rng, 4, 40) * unit, angle)
    return granular(rng, size, log_uniform(rng, 0.01, 0.12), log_uniform(rng, 8, 80) * unit)
