"""Cracks and pores as masks. Lengths in pixels of the frame."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from ..fields import log_uniform, smooth_field, smooth_line

THINNEST = 1.2  # half a crack's width in pixels of a 1024-pixel frame at which it ends
FINE = 2  # drawn so many times finer: half-pixel outlines


@dataclass(frozen=True)
class Course:
    """How cracks lie: `across`, from one side of the frame to another, otherwise they start inside; `angle`: their
    direction in degrees, by default any.
    """

    across: bool = True
    angle: float | None = None


ACROSS = Course()


def crack_mask(
    rng: np.random.Generator, size: int, width: float, count: int = 1, branches: float = 0.5, course: Course = ACROSS
) -> np.ndarray:
    """`count` cracks about `width` pixels wide, bool (size, size): crooked, tapering, with branches."""
    across, angle = course.across, course.angle
    picture = Image.new("L", (size * FINE, size * FINE))
    pen = ImageDraw.Draw(picture)
    for _ in range(count):
        turn = np.deg2rad(angle + rng.normal() * 12) if angle is not None else rng.random() * np.pi
        length = 1.7 * size if across else log_uniform(rng, 0.08, 0.7) * size
        start = rng.uniform(0.15, 0.85, 2) * size - (0.5 * length if across else 0) * np.array(
            [np.sin(turn), np.cos(turn)]
        )
        _crack(rng, pen, Crack(start, turn, length, width * rng.uniform(0.6, 1.4)), size, branches)
    return np.asarray(picture.reduce(FINE)) > 127


@dataclass(frozen=True)
class Crack:
    """From `start` (y, x) in direction `turn` (radians), so long and so wide in pixels; a branch is of generation 1."""

    start: np.ndarray
    turn: float
    length: float
    width: float
    generation: int = 0


def _crack(rng: np.random.Generator, pen: ImageDraw.ImageDraw, crack: Crack, size: int, branches: float) -> None:
    """Draw one crack and, by chance, its branches."""
    start, turn, length, generation = crack.start, crack.turn, crack.length, crack.generation
    path, turns = crooked_path(rng, start, turn, length, size)
    widths = _widths(rng, len(path), crack.width, tapering=generation > 0 or length < size)
    for (y, x), half in zip(path * FINE, widths * FINE / 2, strict=True):
        if half > THINNEST * size / 1024:
            pen.ellipse((x - half, y - half, x + half, y + half), fill=255)
    if generation < 2:
        for _ in range(rng.poisson(branches * 3 * length / size)):
            at = int(rng.integers(len(path)))
            side = turns[at] + rng.choice([-1, 1]) * rng.uniform(0.3, 1.1)
            course = (path[at], side, length * rng.uniform(0.08, 0.4))
            branch = Crack(*course, widths[at] * rng.uniform(0.4, 0.8), generation + 1)
            _crack(rng, pen, branch, size, branches)


def crooked_path(
    rng: np.random.Generator, start: np.ndarray, turn: float, length: float, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, 2) as (y, x) about a pixel apart, and the direction at each: straight stretches with kinks, and a slow
    wander.
    """
    steps = max(4, int(length))
    stretch = max(3, int(log_uniform(rng, 0.01, 0.08) * size))
    kinks = rng.normal(size=steps // stretch + 2) * rng.uniform(0.1, 0.7)
    bend = smooth_line(rng, steps, 4) * rng.uniform(0, 0.5)
    turns = turn + np.repeat(kinks, stretch)[:steps] + bend
    moves = np.stack([np.sin(turns), np.cos(turns)], 1)
    return np.asarray(start) + np.cumsum(moves, 0), turns


def _widths(rng: np.random.Generator, steps: int, width: float, tapering: bool) -> np.ndarray:
    uneven = 1 + 0.25 * smooth_line(rng, steps, max(3, steps // 40)) + 0.3 * smooth_line(rng, steps, 5)
    out = width * np.clip(uneven, 0.25, 2.5)
    if tapering:
        out = out * np.sqrt(np.linspace(1, 0, steps))
    return out


def pore_mask(
    rng: np.random.Generator, size: int, radius: float, share: float, aspect: float = 1.0, angle: float = 0.0
) -> np.ndarray:
    """Uneven pores of about this radius that cover about `share` of the frame;

    `aspect` > 1: longer along `angle` degrees. Bool (size, size).
    """
    stretch = np.sqrt(aspect)
    noise = rng.standard_normal((size, size), dtype=np.float32)
    if aspect > 1.05:
        wide = ndimage.gaussian_filter1d(noise, 0.7 * radius * stretch, axis=1, truncate=3)
        field = ndimage.gaussian_filter1d(wide, 0.7 * radius / stretch, axis=0, truncate=3)
        field = _turned(field, angle)
    else:
        field = ndimage.gaussian_filter(noise, 0.7 * radius, truncate=3)
    fine = ndimage.gaussian_filter(noise, 0.25 * radius, truncate=3)
    field = field / field.std() + rng.uniform(0, 0.35) * fine / max(float(fine.std()), 1e-6)
    patchy = smooth_field(rng, size, int(rng.integers(3, 8))).numpy() * rng.uniform(0, 0.5)
    field = field + patchy
    return field > np.quantile(field[::3, ::3], 1 - share)


def _turned(field: np.ndarray, angle: float) -> np.ndarray:
    """The field turned by `angle`; what would be missing at the corners is mirrored in."""
    turn, size = np.deg2rad(angle), field.shape[0]
    line = np.arange(size, dtype=np.float32) - size / 2
    y = np.cos(turn) * line[:, None] - np.sin(turn) * line[None] + size / 2
    x = np.sin(turn) * line[:, None] + np.cos(turn) * line[None] + size / 2
    return ndimage.map_coordinates(field, [y, x], order=1, mode="mirror")


def round_pores(rng: np.random.Generator, size: int, count: int, radius: float, spread: float = 0.5) -> np.ndarray:
    """Separate round or oval pores, bool (size, size)."""
    picture = Image.new("L", (size * FINE, size * FINE))
    pen = ImageDraw.Draw(picture)
    for y, x in rng.random((count, 2)) * size * FINE:
        r = radius * FINE * float(np.exp(spread * rng.standard_normal()))
        ratio = rng.uniform(0.6, 1)
        pen.ellipse((x - r, y - r * ratio, x + r, y + r * ratio), fill=255)
    return np.asarray(picture.reduce(FINE)) > 127


def depth_inside(mask: np.ndarray) -> np.ndarray:
    """Distance to the outline inside a mask, 0 outside; float32."""
    return ndimage.distance_transform_edt(mask).astype(np.float32)


def bright_edges(mask: np.ndarray, width: float) -> np.ndarray:
    """Secondary electrons at the rim of an opening: 1 at its outline on the outside, falling over `width` pixels; 0
    inside.
    """
    outside = ndimage.distance_transform_edt(~mask)
    return np.where(mask, 0, np.exp(-outside / max(width, 0.3))).astype(np.float32)
