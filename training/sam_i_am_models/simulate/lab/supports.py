"""Supported particles: a pile of projected spheres, grains, fluff, rods or a film, vacuum outside, and many small
particles on it.

Thickness adds up along the beam: HAADF grows with it, bright field falls. Materials: support, particles, often vacuum,
sometimes a second kind of particle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

from ..fields import log_uniform, smooth_field
from .field import Field

VISIBLE = 4.0  # contrast times diameter in noise widths and pixels from which an expert would paint a particle
MOST = 300  # particles


@dataclass
class Pile:
    """`thickness` float32 (size, size), about 1 where it is thick;

    `texture` of zero mean that a phase image shows; `unsure`: nobody could
    say whether it ends there."""

    thickness: np.ndarray
    texture: np.ndarray
    unsure: np.ndarray


def draw(rng: np.random.Generator, size: int) -> Field:
    """A supported catalyst."""
    unit, bright = size / 1024, rng.random() < 0.55
    kind = str(rng.choice(list(PILES), p=[0.4, 0.2, 0.2, 0.08, 0.12]))
    pile, covered = _covering(rng, kind, size)
    particles = Particles(rng, size, unit, covered)
    second = Particles(rng, size, unit, covered, other=particles) if rng.random() < 0.15 else None
    noise = log_uniform(rng, 0.008, 0.12 if bright else 0.06)
    intensity, contrast = (_bright_particles if bright else _dark_particles)(rng, pile, particles, second)
    materials, seen_as = _labels(pile, particles, second, contrast, noise)
    return Field(
        intensity,
        materials,
        seen_as,
        (),
        "haadf" if bright else str(rng.choice(["bf", "tem"])),
        2,
        (0.0, 0.25 if bright else 0.1),
        blur=(0.4, 3.5 if bright else 1.5),
        noise=(noise, noise * 1.01),
        metadata={"layout": f"{kind} support", "particles": len(particles.found)},
    )


def _covering(rng: np.random.Generator, kind: str, size: int) -> tuple[Pile, np.ndarray]:
    """A pile that covers a fair part of the frame, and where it lies."""
    for _ in range(6):
        pile = PILES[kind](rng, size)
        covered = pile.thickness > 0.02
        if covered.mean() > 0.2:
            break
    return pile, covered


def _labels(
    pile: Pile, particles: Particles, second: Particles | None, contrast: float, noise: float
) -> tuple[np.ndarray, np.ndarray]:
    """Materials (1 support, 2 vacuum, 3 and 4 particles) and which particle lies in front."""
    covered = pile.thickness > 0.02
    materials = np.where(covered, 1, 2).astype(np.uint8)
    materials[pile.unsure] = 0
    seen_as, top = np.zeros(materials.shape, np.int32), 0
    for number, kind in ((3, particles), (4, second)):
        if kind is None:
            continue
        faint = np.array(
            [0.0] + [contrast * kind.weight(r) * 2 * r / max(noise, 1e-6) < VISIBLE for r in kind.radii], bool
        )
        inside = kind.front > 0
        materials[inside] = np.where(faint[kind.front[inside]], 0, number)
        seen_as[inside] = kind.front[inside] + top
        top += len(kind.radii)
    return materials, seen_as


def _bright_particles(
    rng: np.random.Generator, pile: Pile, particles: Particles, second: Particles | None
) -> tuple[np.ndarray, float]:
    """HAADF: (intensity, contrast of a usual particle as a share of the range)."""
    usual = rng.uniform(0.25, 0.8)
    support = min(rng.uniform(0.08, 0.45), _quiet(pile, particles, usual))
    background = rng.uniform(0, 0.08)
    grain = 1 + rng.uniform(0, 0.12) * pile.texture
    intensity = background + support * pile.thickness * grain
    intensity = intensity + usual * particles.thickness
    if second is not None:
        intensity = intensity + usual * rng.uniform(0.3, 0.6) * second.thickness
    return intensity.astype(np.float32), usual / max(float(np.percentile(intensity, 99.5) - intensity.min()), 1e-3)


def _quiet(pile: Pile, particles: Particles, usual: float) -> float:
    """Weight of the support up to which its own unevenness at the scale of the particles stays below a third of their
    contrast.
    """
    fine = pile.thickness - ndimage.gaussian_filter(pile.thickness, 2 * particles.typical, truncate=2)
    return usual / (3 * max(float(fine[::3, ::3].std()), 1e-6))


def _dark_particles(
    rng: np.random.Generator, pile: Pile, particles: Particles, second: Particles | None
) -> tuple[np.ndarray, float]:
    """Bright field: absorption, diffraction contrast, phase grain and lattice fringes, Fresnel fringes."""
    unit = pile.thickness.shape[0] / 1024
    resolved = rng.random() < 0.5  # high magnification: grain and fringes as strong as the particles
    usual = log_uniform(rng, 0.12, 0.3 if resolved else 0.9)
    absorbed = min(log_uniform(rng, 0.02, 0.08 if resolved else 0.3), _quiet(pile, particles, usual)) * pile.thickness
    absorbed = absorbed + usual * particles.thickness * (1 + particles.fringes)
    if second is not None:
        absorbed = absorbed + usual * rng.uniform(0.3, 0.6) * second.thickness
    defocus = rng.uniform(0.8, 3.0) * unit
    fresnel = (ndimage.gaussian_filter(absorbed, defocus) - absorbed) * rng.uniform(0, 1.0)
    depth = np.sqrt(np.clip(pile.thickness, 0, 1.5)) + rng.uniform(0.02, 0.2)
    phase = (usual * rng.uniform(0.15, 0.45) if resolved else log_uniform(rng, 0.01, 0.06)) * pile.texture * depth
    intensity = rng.uniform(0.6, 0.9) * np.exp(-absorbed + fresnel) * (1 + phase)
    intensity = intensity.astype(np.float32)
    low, high = np.percentile(intensity[::4, ::4], (0.5, 99.5))
    return intensity, float(0.6 * (1 - np.exp(-usual)) / max(high - low, 1e-3))


class Particles:
    """Particles of one kind:

    `front` int32 (size, size) number of the one in front (0 none), `thickness` summed, about 1 in the middle of a usual
    one.
    """

    radii: np.ndarray

    def __init__(
        self, rng: np.random.Generator, size: int, unit: float, covered: np.ndarray, other: Particles | None = None
    ) -> None:
        self.size, self.unit = size, unit
        diameter = log_uniform(rng, 8, 34) if rng.random() < 0.7 else log_uniform(rng, 34, 80)
        if other is not None:
            diameter = (
                2 * float(np.median(other.radii)) / unit * rng.choice([rng.uniform(0.4, 0.6), rng.uniform(1.8, 3)])
            )
        self.typical = 0.5 * diameter * unit
        self.profile = rng.uniform(0.35, 1.0)
        self.flat = rng.uniform(0.35, 1.0)
        spread = rng.uniform(0.1, 0.45)
        share = rng.uniform(0.04, 0.3) * covered.mean()
        most = int(np.clip(share * size**2 / (np.pi * self.typical**2), 30, MOST))
        count = int(rng.integers(most // 2, most + 1)) if other is None else max(3, most // 4)
        self.radii = self.typical * np.exp(spread * rng.standard_normal(count))
        self.radii = np.sort(np.clip(self.radii, 3 * unit, 60 * unit))[::-1]
        self.front = np.zeros((size, size), np.int32)
        self.thickness = np.zeros((size, size), np.float32)
        self.fringes = np.zeros((size, size), np.float32)
        self.found: list[Any] = []
        self.facets = rng.random() ** 2
        self.gains = np.exp(rng.uniform(0.05, 0.45) * rng.standard_normal(count))
        self.fringed = rng.uniform(0, 0.5) * (rng.random() < 0.7)
        for number, centre in enumerate(places(rng, covered, self.radii), 1):
            self._add(rng, number, centre)

    def weight(self, radius: float) -> float:
        """Thickness in the middle of a particle of that radius; a usual one has 1."""
        return (radius / self.typical) ** self.flat

    def _add(self, rng: np.random.Generator, number: int, centre: np.ndarray) -> None:
        radius = float(self.radii[number - 1])
        reach = int(np.ceil(1.35 * radius)) + 1
        top, left = max(0, int(centre[0]) - reach), max(0, int(centre[1]) - reach)
        box = (slice(top, max(0, int(centre[0]) + reach + 1)), slice(left, max(0, int(centre[1]) + reach + 1)))
        if self.front[box].size == 0:
            return
        y, x = np.ogrid[
            box[0].start : box[0].start + self.front[box].shape[0],
            box[1].start : box[1].start + self.front[box].shape[1],
        ]
        height = _bump(rng, (y - centre[0]).astype(np.float32), (x - centre[1]).astype(np.float32), radius, self.facets)
        inside = height > 0
        if not inside.any():
            return
        self.front[box][inside] = number
        self.thickness[box] += height**self.profile * np.float32(self.weight(radius) * self.gains[number - 1])
        if self.fringed and rng.random() < 0.6 and radius > 8 * self.unit:
            period, turn = rng.uniform(3, 7) * self.unit, rng.random() * np.pi
            wave = np.sin(
                (np.cos(turn) * (x - centre[1]) + np.sin(turn) * (y - centre[0])) * (2 * np.pi / max(period, 2.2))
            )
            self.fringes[box] = np.where(inside, self.fringed * wave, self.fringes[box])
        self.found.append(number)


def _bump(rng: np.random.Generator, dy: np.ndarray, dx: np.ndarray, radius: float, facets: float) -> np.ndarray:
    """Height of one particle over its box: 1 in the middle, 0 outside. Round, oval, uneven or faceted."""
    turn, ratio = rng.random() * np.pi, rng.uniform(0.78, 1)
    u = (np.cos(turn) * dx + np.sin(turn) * dy) / radius
    v = (np.cos(turn) * dy - np.sin(turn) * dx) / (radius * ratio)
    if rng.random() < facets:
        return _facetted(rng, u, v)
    angle = np.arctan2(v, u)
    bound = 1 + 0.07 * np.sin(2 * angle + rng.random() * 6.3) + 0.05 * np.sin(3 * angle + rng.random() * 6.3)
    return np.sqrt(np.maximum(1 - (u * u + v * v) / (bound * bound), 0))


def _facetted(rng: np.random.Generator, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    sides, start = int(rng.choice([3, 4, 5, 6, 6, 6, 7, 8])), rng.random() * 6.3
    nearest = (0.98 - np.hypot(u, v)).astype(np.float32)
    for side in range(sides):
        angle = start + 2 * np.pi * (side + 0.25 * rng.random()) / sides
        nearest = np.minimum(nearest, rng.uniform(0.62, 0.95) - u * np.cos(angle) - v * np.sin(angle))
    height = np.clip(nearest / rng.uniform(0.3, 0.9), 0, 1)
    return np.sqrt(np.where(nearest > 0, height, 0))


def places(rng: np.random.Generator, covered: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Centres (y, x) for particles of these radii: on the support and its rims, evenly or in clusters, now and then one
    over another.
    """
    size = covered.shape[0]
    ys, xs = np.nonzero(covered[::4, ::4])
    if not len(ys):
        ys, xs = np.nonzero(np.ones((size // 4, size // 4), bool))
    clusters = int(rng.integers(2, 14)) if rng.random() < 0.4 else 0
    seeds = rng.integers(0, len(ys), max(clusters, 1))
    spread, overlap = rng.uniform(0.03, 0.15) * size, rng.uniform(0.4, 1.15)
    chained = rng.uniform(0.5, 0.97) if rng.random() < 0.2 else 0.0
    found, kept = np.empty((len(radii), 2)), 0
    for radius in radii:
        for _ in range(12):
            pick = int(rng.integers(len(ys)))
            centre = np.array([ys[pick], xs[pick]]) * 4 + rng.uniform(-2, 2, 2)
            if clusters and rng.random() < 0.75:
                seed = seeds[rng.integers(clusters)]
                centre = np.array([ys[seed], xs[seed]]) * 4 + rng.normal(size=2) * spread
                y, x = np.clip(centre, 0, size - 1).astype(int)
                if not covered[y, x]:
                    continue
            if kept and rng.random() < chained:
                centre = _beside(rng, found[:kept], radii[:kept], radius)
            apart = np.hypot(*(found[:kept] - centre).T)
            if (apart > overlap * (radii[:kept] + radius)).all() or rng.random() < 0.04:
                break
        found[kept] = centre
        kept += 1
    return found


def _beside(rng: np.random.Generator, found: np.ndarray, radii: np.ndarray, radius: float) -> np.ndarray:
    """A centre for a particle that about touches one of those that are there, more often a late one: chains."""
    number = len(found) - 1 - int(len(found) * rng.random() ** 2)
    angle, apart = rng.random() * 2 * np.pi, (radii[number] + radius) * rng.uniform(0.98, 1.12)
    return found[number] + apart * np.array([np.sin(angle), np.cos(angle)])


def spheres(rng: np.random.Generator, size: int) -> Pile:
    """Carbon black: aggregates of round bodies, solid or hollow, often with graphitic shells."""
    unit = size / 1024
    centres: list[Any] = []
    radius = log_uniform(rng, 45, 260) * unit
    most = int(np.clip(rng.uniform(0.8, 3.0) * size**2 / (np.pi * radius**2), 5, 120))
    graphitic, hollow = rng.random() < 0.6, rng.uniform(0, 0.8) * (rng.random() < 0.5)
    thickness, texture = np.zeros((size, size), np.float32), speckle(rng, size)
    period = max(rng.uniform(4, 9) * unit, 2.5)
    wander = smooth_field(rng, size, int(rng.integers(8, 30))).numpy() * rng.uniform(0.3, 1.5)
    loose = ndimage.gaussian_filter(rng.standard_normal((size, size), dtype=np.float32), 1.5 * period)
    loose *= rng.uniform(1.0, 2.2) / max(float(loose.std()), 1e-6)
    for _ in range(most):
        own = radius * float(np.exp(0.25 * rng.standard_normal()))
        centres.append(_next_to(rng, centres, own, size))
        box, distance = _distances(centres[-1][:2], own, size)
        if box is None:
            continue
        assert distance is not None
        wavy = distance + 0.03 * own * wander[box]
        chord = np.sqrt(np.maximum(1 - (wavy / own) ** 2, 0))
        if hollow:
            chord = chord - hollow * np.sqrt(np.maximum(0.64 - (wavy / own) ** 2, 0))
        thickness[box] += chord * (own / radius)
        if graphitic:
            window = (wavy < own) * np.exp(-(own - wavy) / (0.5 * own))
            texture[box] += 0.9 * window * np.sin((own - wavy) * (2 * np.pi / period) + loose[box])
    return Pile(_thinned(thickness), texture, (thickness > 0) & (thickness < 0.06))


def _thinned(thickness: np.ndarray) -> np.ndarray:
    """A pile rises less where it is high already: bodies lie beside as well as above each other."""
    return (2.5 * (1 - np.exp(-thickness / 2.5))).astype(np.float32)


def _next_to(
    rng: np.random.Generator, centres: list[tuple[float, float, float]], radius: float, size: int
) -> tuple[float, float, float]:
    """(y, x, radius) of a new body: touching one that is there, or at a random place at or
    beyond the rim of the frame.
    """
    if not centres or rng.random() < 0.12:
        y, x = rng.uniform(-0.1, 1.1, 2) * size
        return (y, x, radius)
    y, x, other = centres[rng.integers(len(centres))]
    angle, apart = rng.random() * 2 * np.pi, rng.uniform(0.5, 0.95) * (radius + other)
    return (
        float(np.clip(y + apart * np.sin(angle), -0.2 * size, 1.2 * size)),
        float(np.clip(x + apart * np.cos(angle), -0.2 * size, 1.2 * size)),
        radius,
    )


def _distances(
    centre: tuple[float, float], reach: float, size: int
) -> tuple[tuple[slice, slice] | None, np.ndarray | None]:
    """(box, distance from `centre` in it), None outside the frame."""
    rows = slice(max(0, int(centre[0] - 1.2 * reach)), min(size, int(centre[0] + 1.2 * reach) + 1))
    columns = slice(max(0, int(centre[1] - 1.2 * reach)), min(size, int(centre[1] + 1.2 * reach) + 1))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return None, None
    y, x = np.ogrid[rows, columns]
    return (rows, columns), np.hypot((y - centre[0]).astype(np.float32), (x - centre[1]).astype(np.float32))


def grains(rng: np.random.Generator, size: int) -> Pile:
    """Oxide: overlapping facetted or oval grains with crisp outlines."""
    unit, radius = size / 1024, log_uniform(rng, 30, 180) * size / 1024
    thickness = np.zeros((size, size), np.float32)
    centres: list[Any] = []
    for _ in range(int(np.clip(rng.uniform(0.8, 2.5) * size**2 / (np.pi * radius**2), 5, 140))):
        own = radius * float(np.exp(0.3 * rng.standard_normal()))
        centres.append(_next_to(rng, centres, own, size))
        box, _ = _distances(centres[-1][:2], own, size)
        if box is None:
            continue
        y, x = np.ogrid[box]
        bump = _bump(rng, (y - centres[-1][0]).astype(np.float32), (x - centres[-1][1]).astype(np.float32), own, 0.7)
        thickness[box] += (
            np.where(bump > 0, 0.25 + 0.75 * bump, 0) * own / radius * np.float32(np.exp(0.25 * rng.standard_normal()))
        )
    return Pile(
        _thinned(thickness),
        speckle(rng, size) * rng.uniform(0.2, 1),
        (thickness > 0) & (thickness < 0.05 * min(1, unit)),
    )


def fluff(rng: np.random.Generator, size: int) -> Pile:
    """Silica or alumina fluff: a cloud of fine blobs over several scales that thins out towards vacuum."""
    envelope = smooth_field(rng, size, int(rng.integers(2, 5))).numpy() + rng.uniform(-0.5, 1.5)
    cloud = np.zeros((size, size), np.float32)
    scale = log_uniform(rng, 6, 22) * size / 1024
    for octave in range(4):
        knots = np.maximum(rng.standard_normal((_cells(size, scale),) * 2, dtype=np.float32) + 0.5, 0)
        cloud += ndimage.zoom(knots, _zoom(size, scale), order=3)[:size, :size] * 1.6**octave
        scale *= 2
    cloud = np.maximum(cloud / cloud.mean(), 0)
    rim = rng.uniform(0.15, 0.6)
    thickness = cloud * np.clip(envelope / rim, 0, 1) * np.clip(0.5 + 0.4 * envelope, 0.1, 1.6)
    thickness = np.where(envelope > 0, np.maximum(thickness, 0.03), 0).astype(np.float32)
    return Pile(thickness, speckle(rng, size), (envelope > -0.02) & (envelope < 0.5 * rim))


def _cells(size: int, scale: float) -> int:
    return int(np.ceil(size / scale)) + 3


def _zoom(size: int, scale: float) -> float:
    cells = _cells(size, scale)
    return (size + scale) / cells


def rods(rng: np.random.Generator, size: int) -> Pile:
    """Crowded needles or sheets seen on edge (alumina, tubes): projected rods in all directions."""
    unit, thickness = size / 1024, np.zeros((size, size), np.float32)
    width = log_uniform(rng, 8, 60) * unit
    hollow = rng.uniform(0.3, 0.8) * (rng.random() < 0.4)
    y, x = np.ogrid[:size, :size]
    heading, loose, flat = rng.random() * np.pi, rng.uniform(0.1, 1.5), rng.random() < 0.4
    bent = smooth_field(rng, size, int(rng.integers(2, 6))).numpy() * rng.uniform(0, 0.012) * size
    for _ in range(int(rng.integers(12, 30))):
        angle, (cy, cx) = heading + rng.normal() * loose, rng.uniform(0, size, 2)
        own, length = width * np.exp(0.3 * rng.standard_normal()), rng.uniform(0.15, 0.9) * size
        across = np.abs((-np.sin(angle) * (x - cx) + np.cos(angle) * (y - cy)).astype(np.float32) + bent) / own
        ends = np.abs((np.cos(angle) * (x - cx) + np.sin(angle) * (y - cy)).astype(np.float32)) - length / 2
        across = np.hypot(across, np.maximum(ends, 0) / own * rng.uniform(0.5, 1.5))
        inside = np.maximum(1 - across * across, 0)
        chord = (inside > 0) * np.float32(0.6) if flat else np.sqrt(inside)
        thickness += chord - hollow * np.sqrt(np.maximum(0.5 - across * across, 0))
    return Pile(thickness, speckle(rng, size), (thickness > 0) & (thickness < 0.05))


def film(rng: np.random.Generator, size: int) -> Pile:
    """A thin film of slowly changing thickness, sometimes with a hole or an edge."""
    field = smooth_field(rng, size, int(rng.integers(2, 5))).numpy()
    thickness = (0.6 + rng.uniform(0, 0.25) * field).clip(0.1)
    if rng.random() < 0.4:
        thickness = np.where(field > rng.uniform(-1.2, -0.3), thickness, 0)
    return Pile(thickness.astype(np.float32), speckle(rng, size), np.zeros((size, size), bool))


def speckle(rng: np.random.Generator, size: int) -> np.ndarray:
    """Grain of an amorphous body in a phase image: noise with a preferred period, deviation 1."""
    fine = max(0.7, rng.uniform(0.8, 2.6) * size / 1024)
    noise = rng.standard_normal((size, size), dtype=np.float32)
    grain = ndimage.gaussian_filter(noise, fine, truncate=3) - ndimage.gaussian_filter(noise, 2 * fine, truncate=3)
    return grain / max(float(grain.std()), 1e-6)


PILES = {"spheres": spheres, "grains": grains, "fluff": fluff, "rods": rods, "film": film}
