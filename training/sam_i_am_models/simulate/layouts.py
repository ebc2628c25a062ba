"""Layouts: how the frame is cut into regions. Each returns a (size, size) int array of region numbers 0..n-1.

Kinds: layers, layers with islands or inclusions, particles on a support, grains, mottled two-phase fields, a single
region. Lengths that say so are in units of the frame's side.
"""

import numpy as np
from scipy import ndimage

from .fields import rough_line, smooth_field, stepped_line


def _grid(size: int) -> tuple[np.ndarray, np.ndarray]:
    line = np.arange(size, dtype=np.float32) / size
    return np.meshgrid(line, line, indexing="ij")


def single(rng: np.random.Generator, size: int, difficulty: int) -> np.ndarray:
    """One region that fills the frame."""
    return np.zeros((size, size), np.int32)


def layers(rng: np.random.Generator, size: int, difficulty: int, count: int | None = None) -> np.ndarray:
    """Stacked layers with rough, tilted, curved, stepped or wedge-shaped interfaces; any stacking direction."""
    count = count or int(rng.integers(2, 7))
    thickness = np.maximum(rng.dirichlet(np.full(count, 2.5 if rng.random() < 0.7 else 1.0)), 0.035)
    if difficulty == 3 and count > 2 and rng.random() < 0.6:
        thickness[rng.integers(1, count - 1)] = rng.uniform(0.03, 0.08)
    edges = np.cumsum(thickness / thickness.sum())[:-1]
    angle = rng.choice([0, 0, 0, 90, 180, 270]) + (rng.normal() * 4 if rng.random() < 0.7 else rng.uniform(-45, 45))
    cosine, sine = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    yy, xx = _grid(size)
    along = cosine * (xx - 0.5) + sine * (yy - 0.5)
    depth = -sine * (xx - 0.5) + cosine * (yy - 0.5)
    samples = np.linspace(-0.8, 0.8, 1024)
    index = np.clip(((along + 0.8) / 1.6 * 1023).astype(np.int32), 0, 1023)
    common = rng.normal() * 0.08 * samples + rng.normal() * 0.1 * samples**2
    roughness = rng.choice([0, 0.003, 0.01, 0.03])
    regions = np.zeros((size, size), np.int32)
    for number, edge in enumerate(edges, 1):
        line = common + edge - 0.5 + _interface(rng, samples, roughness)
        regions[depth > line.astype(np.float32)[index]] = number
    return regions


def _interface(rng: np.random.Generator, samples: np.ndarray, roughness: float) -> np.ndarray:
    """Deviation of one interface from its straight line, in units of the frame's side."""
    line = rough_line(rng, len(samples)) * roughness * rng.uniform(0.3, 1.5)
    if rng.random() < 0.15:
        line = line + samples * rng.normal() * 0.25
    if rng.random() < 0.2:
        line = line + 0.012 * rng.uniform(0.3, 1) * stepped_line(rng, len(samples))
    if rng.random() < 0.08:
        line = line + 0.03 * rng.uniform(0.3, 1) * np.sin(samples * rng.uniform(10, 60))
    return line


BLOB_REACH = 1.5  # radii: no particle reaches farther from its centre


def blob(
    rng: np.random.Generator, yy: np.ndarray, xx: np.ndarray, centre: np.ndarray | tuple[float, float], radius: float
) -> np.ndarray:
    """Mask of one particle: a wavy ellipse or a faceted polygon."""
    mask = np.zeros(xx.shape, bool)
    window = tuple(
        _within(line, middle, BLOB_REACH * radius) for line, middle in ((yy[:, 0], centre[1]), (xx[0], centre[0]))
    )
    mask[window] = _particle(rng, yy[window], xx[window], centre, radius)
    return mask


def _within(line: np.ndarray, middle: float, reach: float) -> slice:
    """The part of a rising `line` of coordinates that is at most `reach` from `middle`."""
    return slice(*np.searchsorted(line, [middle - reach, middle + reach]))


def _particle(
    rng: np.random.Generator, yy: np.ndarray, xx: np.ndarray, centre: np.ndarray | tuple[float, float], radius: float
) -> np.ndarray:
    turn, ratio = rng.random() * np.pi, rng.uniform(0.45, 1)
    dx, dy = xx - centre[0], yy - centre[1]
    u = (np.cos(turn) * dx + np.sin(turn) * dy) / radius
    v = (-np.sin(turn) * dx + np.cos(turn) * dy) / (radius * ratio)
    if rng.random() < 0.5:
        angle, phase, waves = np.arctan2(v, u), rng.random(3) * 6.28, rng.uniform(0, 1.4)
        bound = 1 + waves * (
            0.12 * np.sin(2 * angle + phase[0])
            + 0.08 * np.sin(3 * angle + phase[1])
            + 0.05 * np.sin(5 * angle + phase[2])
        )
        return u * u + v * v < bound * bound
    mask, facets, start = np.ones_like(xx, bool), rng.integers(4, 9), rng.random() * 6.28
    for facet in range(facets):
        angle = start + 2 * np.pi * facet / facets
        mask &= u * np.cos(angle) + v * np.sin(angle) < rng.uniform(0.7, 1)
    return mask


def add_blobs(
    rng: np.random.Generator,
    regions: np.ndarray,
    count: int | None = None,
    radii: tuple[float, float] = (0.03, 0.2),
    on: int | None = None,
) -> np.ndarray:
    """Put particles into `regions`; each gets its own number. `on`: only inside or touching that region's outline."""
    size, top = regions.shape[0], int(regions.max())
    yy, xx = _grid(size)
    count = count or int(rng.integers(1, 8))
    for number in range(count):
        centre = rng.random(2)
        if on is not None:
            ys, xs = np.nonzero(regions == on)
            pick = rng.integers(len(ys)) if len(ys) else 0
            centre = np.array([xs[pick], ys[pick]]) / size if len(ys) else centre
        radius = float(np.exp(rng.uniform(np.log(radii[0]), np.log(radii[1]))))
        regions[blob(rng, yy, xx, centre, radius)] = top + 1 + number
    return regions


def islands(rng: np.random.Generator, size: int, difficulty: int) -> np.ndarray:
    """A substrate, islands standing on its surface, and what is above (vacuum or a cap)."""
    regions = layers(rng, size, difficulty, 2)
    yy, xx = _grid(size)
    border = np.argwhere((regions[1:] != regions[:-1])[:, :-1] | (regions[:, 1:] != regions[:, :-1])[:-1])
    if not len(border):
        return regions
    lower = int(rng.integers(2))
    for number in range(int(rng.integers(1, 6))):
        y, x = border[rng.integers(len(border))] / size
        inside = blob(rng, yy, xx, (x, y), rng.uniform(0.05, 0.2))
        regions[inside & (regions != lower)] = 2 + number
    return regions


def particles(rng: np.random.Generator, size: int, difficulty: int) -> np.ndarray:
    """Particles, apart or touching, on one support."""
    regions = np.zeros((size, size), np.int32)
    if rng.random() < 0.25:
        return add_blobs(rng, regions, 1, (0.25, 0.5))
    many = rng.random() < 0.3
    return add_blobs(rng, regions, int(rng.integers(20, 60)) if many else None, (0.012, 0.08) if many else (0.04, 0.25))


def grains(rng: np.random.Generator, size: int, difficulty: int) -> np.ndarray:
    """Voronoi grains with wavy boundaries."""
    yy, xx = _grid(size)
    wave = smooth_field(rng, size, 6).numpy() * rng.uniform(0, 0.03)
    best, regions = np.full((size, size), 9.0, np.float32), np.zeros((size, size), np.int32)
    for number, (y, x) in enumerate(rng.random((int(rng.integers(2, 9)), 2))):
        distance = np.hypot(xx - x + wave, yy - y)
        regions[distance < best] = number
        best = np.minimum(best, distance)
    return regions


def mottled(rng: np.random.Generator, size: int, difficulty: int) -> np.ndarray:
    """Two or three interlocking phases: thresholds of a smooth field, often stretched into columns; some blobs in
    between.
    """
    aspect = rng.choice([1.0, 1.0, 3.0, 6.0])
    cells = int(rng.integers(3, 12))
    field = smooth_field(rng, size, cells, aspect=aspect) + rng.uniform(0, 0.35) * smooth_field(
        rng, size, cells * 4, aspect=max(1.0, aspect / 2)
    )
    if rng.random() < 0.5:
        field = field.T
    field = field.numpy()
    regions = (field > rng.uniform(-0.5, 0.6)).astype(np.int32)
    if rng.random() < 0.25:
        regions[field > rng.uniform(1.0, 1.6)] = 2
    if rng.random() < 0.25:
        add_blobs(rng, regions, int(rng.integers(3, 20)), (0.008, 0.04))
    return regions


def layers_with_blobs(rng: np.random.Generator, size: int, difficulty: int) -> np.ndarray:
    """Layers with inclusions, pores or particles."""
    return add_blobs(rng, layers(rng, size, difficulty))


# name: (function, share of the images)
LAYOUTS = {
    "single": (single, 0.12),
    "layers": (layers, 0.34),
    "layers with blobs": (layers_with_blobs, 0.13),
    "islands": (islands, 0.09),
    "particles": (particles, 0.1),
    "grains": (grains, 0.1),
    "mottled": (mottled, 0.12),
}


def assign_materials(rng: np.random.Generator, regions: np.ndarray, layout: str, materials: int) -> np.ndarray:
    """Material number of every region. Consecutive layers differ; particles of one kind share one material."""
    count = int(regions.max()) + 1
    of_region = np.concatenate([rng.permutation(materials), rng.integers(0, materials, max(0, count - materials))])[
        :count
    ]
    base = {"particles": 1, "islands": 2}.get(layout)
    if base is not None and materials > 1:
        common = int(rng.integers(1, materials))
        same = rng.random(count) < 0.75
        of_region[base:][same[base:]] = (of_region[0] + common) % materials
    if layout in ("layers", "layers with blobs") and materials > 1:
        for region in range(1, count):
            if of_region[region] == of_region[region - 1]:
                of_region[region] = (of_region[region - 1] + 1 + rng.integers(0, materials - 1)) % materials
    return of_region


def breadths(regions: np.ndarray) -> np.ndarray:
    """Diameter in pixels of the largest circle inside each region; the frame's edge does not bound a region."""
    out = np.zeros(int(regions.max()) + 1)
    for region in range(len(out)):
        inside = regions[::4, ::4] == region
        if inside.any():
            out[region] = np.inf if inside.all() else 8 * ndimage.distance_transform_edt(inside).max()
    return out


def dissolve(regions: np.ndarray, unwanted: np.ndarray) -> np.ndarray:
    """Give the pixels of the regions where `unwanted` (bool per region) to the nearest other region."""
    gone = unwanted[regions]
    if not gone.any() or gone.all():
        return regions
    nearest = ndimage.distance_transform_edt(gone, return_distances=False, return_indices=True)
    return regions[tuple(nearest)]
