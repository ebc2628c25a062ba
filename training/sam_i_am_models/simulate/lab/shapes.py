"""How a frame is cut into regions in the lab's kinds: int32 (size, size), region numbers from 0 on.

Lengths in pixels of this frame.
"""

import numpy as np
from scipy import ndimage

from ..fields import log_uniform, rough_line, smooth_line, stepped_line
from ..layouts import blob


def axes_of(size: int, angle: float, middle: tuple[float, float] = (0.5, 0.5)) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates (along, depth) in pixels of layers whose normal is turned by `angle` degrees; float32 (size, size), 0
    at `middle` (y, x shares).
    """
    line = np.arange(size, dtype=np.float32)
    x, y = line[None] - middle[1] * size, line[:, None] - middle[0] * size
    turn = np.deg2rad(angle)
    return (np.cos(turn) * x + np.sin(turn) * y).astype(np.float32), (-np.sin(turn) * x + np.cos(turn) * y).astype(
        np.float32
    )


def thicknesses(rng: np.random.Generator, count: int, size: int, least: float) -> np.ndarray:
    """Thickness in pixels of each of `count` layers of a stack that about fills the frame; each at least `least`."""
    out = np.array([log_uniform(rng, least, max(1.5 * least, 0.6 * size)) for _ in range(count)])
    excess = out.sum() / (size * rng.uniform(0.75, 1.4))
    if rng.random() < 0.6:
        out = np.maximum(out / excess, least)
    return out


def stack(
    rng: np.random.Generator, size: int, thickness: np.ndarray, angle: float, roughness: float, shaped: float = 0.25
) -> np.ndarray:
    """Layers 0 .. n-1 of these thicknesses; interfaces rough by about `roughness` pixels; a share `shaped` of stacks is
    bent, ridged or stepped.
    """
    along, depth = axes_of(size, angle, (rng.uniform(0.4, 0.6), rng.uniform(0.4, 0.6)))
    samples = 2048
    index = np.clip((along / (1.5 * size) + 0.5) * (samples - 1), 0, samples - 1).astype(np.int32)
    common = (
        _profile(rng, samples, size)
        if rng.random() < shaped
        else rng.normal() * 0.01 * size * np.linspace(-1, 1, samples)
    )
    edges = np.cumsum(thickness)
    edges = edges[:-1] - edges[-1] * rng.uniform(0.35, 0.65)
    regions, before = np.zeros((size, size), np.int32), np.full(samples, -np.inf)
    follow = rng.random() < 0.6
    line = np.zeros(samples)
    for number, edge in enumerate(edges, 1):
        own = roughness * rough_line(rng, samples) * rng.uniform(0.2, 1.5)
        if rng.random() < 0.3:
            own = own + roughness * rng.uniform(0.5, 2) * stepped_line(rng, samples)
        line = line * follow + own
        before = np.maximum(before, edge + common + line)
        regions[depth > before.astype(np.float32)[index]] = number
    return regions


def _profile(rng: np.random.Generator, samples: int, size: int) -> np.ndarray:
    """A ridge, a bend, a step or waves: what all interfaces of a stack have in common, in pixels."""
    t, kind = np.linspace(-0.75, 0.75, samples), int(rng.integers(5))
    height = rng.uniform(0.03, 0.3) * size * rng.choice([-1, 1])
    if kind == 0:
        return height * (1 - np.abs(t - rng.normal() * 0.1) * 3)
    if kind == 1:
        return height * (t**2 * 3 + t * rng.normal())
    if kind == 2:
        return height * 0.5 * np.tanh((t - rng.normal() * 0.2) / rng.uniform(0.02, 0.2))
    if kind == 3:
        return 0.2 * height * np.sin(t * rng.uniform(8, 40) + rng.uniform(0, 6))
    return 0.4 * height * smooth_line(rng, samples, int(rng.integers(2, 6)))


def bodies(
    rng: np.random.Generator,
    size: int,
    count: int,
    radii: tuple[float, float],
    angle: float | None = None,
    shape: str | None = None,
) -> np.ndarray:
    """Region 0 and `count` bodies of radius between `radii` pixels: blobs, or plates and facets along a lattice turned
    by `angle` degrees (any without).
    """
    regions = np.zeros((size, size), np.int32)
    line = np.arange(size, dtype=np.float32) / size
    y, x = np.meshgrid(line, line, indexing="ij")
    kind = shape or str(rng.choice(["blob", "plate", "facet"], p=[0.5, 0.2, 0.3]))
    for number in range(1, count + 1):
        centre, radius = rng.random(2), log_uniform(rng, *radii) / size
        if kind == "blob":
            regions[blob(rng, y, x, centre, radius)] = number
            continue
        along, depth = axes_of(
            size, rng.uniform(0, 180) if angle is None else angle + 90 * int(rng.integers(2)), (centre[1], centre[0])
        )
        ratio = rng.uniform(0.12, 0.4) if kind == "plate" else rng.uniform(0.6, 1)
        rounding = rng.choice([2.0, 3.0, 5.0, 12.0])
        inside = (np.abs(along) / (radius * size)) ** rounding + (
            np.abs(depth) / (ratio * radius * size)
        ) ** rounding < 1
        if kind == "facet":
            inside &= np.abs(along) + np.abs(depth) < rng.uniform(1.1, 1.9) * radius * size
        regions[inside] = number
    return regions


def shells(rng: np.random.Generator, inside: np.ndarray, widths: list[float]) -> np.ndarray:
    """0 outside `inside`; from its outline inwards shells 1, 2, ... of these widths in pixels, and the core last."""
    deep = ndimage.distance_transform_edt(inside)
    return np.where(inside, 1 + np.searchsorted(np.cumsum(widths), deep.ravel()).reshape(deep.shape), 0).astype(
        np.int32
    )
