"""From a Field to a Micrograph: shading, probe, noise, artefacts, storage, overlays, and the four maps."""

import numpy as np
import torch
from scipy import ndimage

from .. import imaging
from ..fields import log_uniform, smooth_field
from ..maps import connected_pieces, touching_groups
from ..micrograph import Micrograph
from . import artefacts, overlays
from .field import Field

LEAST_MATERIAL = 700  # pixels of a 1024-pixel frame that a material must show
LEAST_PIECE = 30  # pixels of a 1024-pixel frame that a piece must have


def develop(rng: np.random.Generator, field: Field, metadata: dict | None = None, overlaid: bool = True) -> Micrograph:
    """Record `field`; the maps come from its truth, without what overlays cover.

    `overlaid`: whether overlays may be burnt in at all.
    """
    field = _specimen(rng, field)
    signal = expose(rng, field)
    for function, chance in artefacts.RECORDING.values():
        if rng.random() < chance * field.artefacts:
            signal = function(rng, signal, field.mode)
    image = imaging.store(rng, torch.from_numpy(np.ascontiguousarray(signal, np.float32)))
    for function, chance in artefacts.STORAGE.values():
        if rng.random() < chance * field.artefacts:
            image = function(rng, image)
    maps = maps_of(field)
    for function, chance in overlays.OVERLAYS.values() if overlaid else ():
        if rng.random() < chance * field.artefacts:
            image, painted = function(rng, image)
            maps = [np.where(painted, 0, m).astype(np.uint8) for m in maps]
    materials, pieces, parts, groups = maps
    return Micrograph(
        image,
        materials,
        pieces,
        parts,
        groups,
        field.difficulty,
        field.metadata | {"mode": field.mode} | (metadata or {}),
    )


def _specimen(rng: np.random.Generator, field: Field) -> Field:
    for function, chance in artefacts.SPECIMEN.values():
        if rng.random() < chance * field.artefacts:
            field = function(rng, field)
    return field


def expose(rng: np.random.Generator, field: Field) -> np.ndarray:
    """Shading, probe and noise: the signal, float32 (size, size)."""
    intensity = np.maximum(field.intensity, 0) * shading(
        rng, field.size, log_uniform(rng, max(field.shading[0], 1e-3), max(field.shading[1], 2e-3))
    )
    sigma = rng.uniform(*field.blur) * field.unit
    signal = ndimage.gaussian_filter(intensity, sigma, truncate=3) if sigma > 0.25 else intensity
    low, high = np.percentile(signal[::4, ::4], (0.5, 99.5))
    width = log_uniform(rng, *field.noise) * max(float(high - low), 1e-6)
    return (signal + noise(rng, signal, width, field)).astype(np.float32)


def shading(rng: np.random.Generator, size: int, amplitude: float) -> np.ndarray:
    """A smooth factor (size, size) around 1 whose logarithm has about this amplitude: a wedge, bumps wider than a
    quarter of the frame, or both.
    """
    line = np.linspace(-1, 1, size, dtype=np.float32)
    angle = rng.random() * 2 * np.pi
    wedge = line[None] * np.cos(angle) + line[:, None] * np.sin(angle)
    bumps = smooth_field(rng, size, int(rng.integers(2, 5))).numpy()
    share = rng.choice([0.0, 0.5, 1.0])
    return np.exp(amplitude * (share * wedge + (1 - share) * 0.45 * bumps)).astype(np.float32)


def noise(rng: np.random.Generator, signal: np.ndarray, width: float, field: Field) -> np.ndarray:
    """Noise of deviation `width` at the mean of the signal: counting noise (grows with the root of the signal) and even
    noise, sometimes correlated.
    """
    counting = rng.random() if field.mode != "sem" else 0.5 * rng.random()
    level = np.sqrt(
        np.maximum(signal, 0) / max(float(signal.mean()), 1e-6) * counting + (1 - counting), dtype=np.float32
    )
    grain = rng.standard_normal(signal.shape, dtype=np.float32)
    if rng.random() < 0.3:
        grain = ndimage.gaussian_filter(grain, rng.uniform(0.4, 1.2) * field.unit, truncate=3)
        grain /= max(float(grain.std()), 1e-6)
    return width * level * grain


def maps_of(field: Field) -> list[np.ndarray]:
    """Materials, pieces, parts and groups, in this order; uint8 (size, size)."""
    area = field.unit**2
    materials = field.materials.astype(np.uint8)
    materials[
        np.isin(materials, np.nonzero(np.bincount(materials.ravel(), minlength=256) < LEAST_MATERIAL * area)[0])
    ] = 0
    least = max(4, round(LEAST_PIECE * area))
    pieces = connected_pieces(materials, least)
    parts = pieces
    if field.seen_as is not None:
        cuts = np.unique(field.seen_as, return_inverse=True)[1].reshape(materials.shape)
        keys = np.where(pieces > 0, cuts.astype(np.int64) * 256 + pieces, 0)
        numbers = np.unique(keys, return_inverse=True)[1].reshape(materials.shape) + (0 if (pieces == 0).any() else 1)
        parts = numbered_parts(numbers, pieces, least)
    pairs = {frozenset(pair) for pair in field.twins}
    groups = touching_groups(pieces, materials, lambda a, b: frozenset((a, b)) in pairs, max(2, round(10 * field.unit)))
    return [materials, pieces, parts, groups]


def numbered_parts(labels: np.ndarray, pieces: np.ndarray, least: int) -> np.ndarray:
    """uint8 numbers of the connected pieces of labels > 0; a crumb below `least` pixels is 0."""
    where = np.nonzero(np.bincount(labels[pieces > 0].ravel()) >= least)[0]
    compact = np.zeros(int(labels.max()) + 1, np.int32)
    compact[where] = np.arange(1, len(where) + 1)
    return connected_pieces(np.where(pieces > 0, compact[labels], 0), least)
