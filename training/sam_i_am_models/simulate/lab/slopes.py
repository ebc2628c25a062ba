"""Outlines that are slopes: films that thin out into vacuum over 30 to 150 pixels, round particles, sheets with single
atoms on them.
"""

import numpy as np
from scipy import ndimage

from ..fields import log_uniform
from . import shapes, textures
from .field import Field
from .lattice import Coordinates, Look, scanned, spot_width, tables_of, turned
from .structures import draw_projection

FOOT = (0.06, 0.22)  # shares of the full thickness between which nobody can say where the film ends


def draw(rng: np.random.Generator, size: int) -> Field:
    """A film with a sloping edge, or soft particles in front of a dark ground."""
    return _particles(rng, size) if rng.random() < 0.4 else _film(rng, size)


def _thickness(rng: np.random.Generator, inside: np.ndarray, slope: float) -> np.ndarray:
    """Relative thickness (0 to 1) that rises from the outline of `inside` over about `slope` pixels."""
    deep = ndimage.distance_transform_edt(inside).astype(np.float32)
    if rng.random() < 0.5:
        return 1 - np.exp(-deep / (0.5 * slope))
    return np.clip(deep / slope, 0, 1) ** rng.uniform(0.6, 1.6)


def _film(rng: np.random.Generator, size: int) -> Field:
    unit = size / 1024
    kind = rng.random()
    if kind < 0.6:
        film = (
            shapes.stack(
                rng,
                size,
                np.array([1.0, rng.uniform(0.6, 2.5)]) * size * 0.5,
                rng.uniform(0, 360),
                rng.uniform(0.005, 0.06) * size,
                0.5,
            )
            == 1
        )
    else:
        holes = shapes.bodies(rng, size, int(rng.integers(1, 7)), (0.05 * size, 0.3 * size), shape="blob") > 0
        film = ~holes
    thickness = _thickness(rng, film, log_uniform(rng, 20, 180) * unit)
    cloud = textures.cloudy(rng, size, log_uniform(rng, 0.03, 0.3), int(rng.integers(3, 14)))
    grain = textures.grainy(rng, size, log_uniform(rng, 0.02, 0.15), log_uniform(rng, 0.8, 4) * unit)
    ground, level = rng.uniform(0, 0.2), rng.uniform(0.25, 1.0)
    dark = rng.random() < 0.3
    intensity = ground + level * thickness * cloud * grain + _atoms(rng, film, unit) * level
    materials = np.where(thickness > FOOT[1], 2, 1).astype(np.uint8)
    materials[(thickness > FOOT[0]) & (thickness <= FOOT[1])] = 0
    if dark:
        intensity = 1.1 - 0.6 * intensity / max(float(intensity.max()), 1e-6)
    return Field(
        intensity.astype(np.float32),
        materials,
        None,
        (),
        "tem" if dark else "haadf",
        2,
        shading=(0.01, 0.15),
        blur=(0.3, 2.0),
        noise=(0.02, 0.25),
        metadata={"layout": "sloping film"},
    )


def _atoms(rng: np.random.Generator, film: np.ndarray, unit: float) -> np.ndarray:
    """Single heavy atoms on a film."""
    out = np.zeros(film.shape, np.float32)
    if rng.random() < 0.5:
        ys, xs = np.nonzero(film)
        pick = rng.integers(0, max(1, len(ys)), int(log_uniform(rng, 10, 500)))
        if len(ys):
            out[ys[pick], xs[pick]] = 1
            sigma = rng.uniform(0.8, 2.5) * unit
            out = ndimage.gaussian_filter(out, sigma) * (2 * np.pi * sigma**2) * rng.uniform(0.2, 1.0)
    return out


def _particles(rng: np.random.Generator, size: int) -> Field:
    """One to six round or faceted crystals whose thickness falls towards the outline, on a grainy ground."""
    unit = size / 1024
    bodies = shapes.bodies(
        rng,
        size,
        int(rng.integers(1, 7)),
        (0.08 * size, 0.4 * size),
        shape="plate" if rng.random() < 0.1 else "blob" if rng.random() < 0.6 else "facet",
    )
    inside = bodies > 0
    deep = ndimage.distance_transform_edt(np.pad(inside, 1, mode="edge"))[1:-1, 1:-1]
    radius = max(float(deep.max()), 1.0)
    thickness = np.sqrt(np.clip(1 - (1 - np.minimum(deep / (radius * rng.uniform(0.5, 1)), 1)) ** 2, 0, 1)).astype(
        np.float32
    )
    crystal = draw_projection(rng, 120)
    scale = log_uniform(rng, 5, 40) * unit / float(np.linalg.norm(crystal.basis, axis=1).min())
    places, texture = scanned(rng, size), np.ones((size, size), np.float32)
    tables = tables_of(
        crystal.columns, crystal.weights(1.7), Look(crystal.basis * scale, spot_width(rng, crystal, scale))
    )[None]
    depth = rng.uniform(0.1, 1.0) if rng.random() < 0.75 else 0.0
    for number in range(1, int(bodies.max()) + 1):
        own = Coordinates(*places, crystal.basis * scale @ turned(rng.uniform(0, 180)), rng.random(2)).pattern(tables)
        texture = np.where(bodies == number, 1 - depth + depth * own, texture)
    ground = rng.uniform(0.02, 0.4) * textures.grainy(
        rng, size, log_uniform(rng, 0.05, 0.3), log_uniform(rng, 0.8, 5) * unit
    )
    intensity = ndimage.gaussian_filter(ground + thickness * texture, rng.uniform(0.3, 2) * unit)
    materials = np.where(inside, 2, 1).astype(np.uint8)
    unsure = (thickness > 0) & (thickness < 0.25)
    materials[ndimage.binary_dilation(unsure, iterations=max(1, round(2 * unit)))] = 0
    return Field(
        intensity.astype(np.float32),
        materials,
        bodies,
        (),
        "haadf",
        2,
        shading=(0.01, 0.12),
        blur=(0.3, 2.5),
        noise=(0.02, 0.25),
        metadata={"layout": "soft particles"},
    )
