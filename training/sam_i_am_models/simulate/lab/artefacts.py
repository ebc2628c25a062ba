"""What goes wrong between specimen and file: three registries, name: (function, chance).

`develop` runs them in this order.

SPECIMEN   function(rng, field: Field) -> Field: before shading, probe and noise; may change the maps, too (curtaining,
charging,
           contamination)
RECORDING  function(rng, signal float32 (size, size), mode: str) -> signal: after the noise, before storage (scan tears,
detector seams,
           line noise). Shifts of up to 3 pixels need no change of the maps.
STORAGE    function(rng, image uint8 (size, size)) -> image uint8: heavy JPEG, few grey values
"""

from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from scipy import ndimage
from scipy import signal as filters

from ..fields import log_uniform, smooth_field
from .field import Field

SCANNED = ("haadf", "bf", "abf", "sem")  # recorded line by line
MILLED = ("haadf", "bf", "abf", "sem")
FARTHEST = 3.0  # pixels that a line may be shifted by


def curtaining(rng: np.random.Generator, field: Field) -> Field:
    """Stripes of a milled face or lamella: thickness changes across, hardly along; they start somewhere and fade."""
    if field.mode not in MILLED:
        return field
    size = field.size
    stripes: Any = sum(
        weight * _line_noise(rng, size, width * field.unit) for weight, width in ((1.0, 2.5), (1.0, 9), (0.8, 35))
    )
    lean = np.tan(np.deg2rad(rng.normal() * (2 if rng.random() < 0.7 else 25)))
    line = np.arange(size, dtype=np.float32)
    column = np.clip(line[None] + lean * (line[:, None] - size / 2), 0, size - 1).astype(np.int32)
    fade = np.clip(0.6 + 0.6 * smooth_field(rng, size, 3).numpy(), 0, 1.5)
    factor = np.exp(log_uniform(rng, 0.01, 0.12) * (stripes / max(stripes.std(), 1e-6))[column] * fade)
    factor = factor.T if rng.random() < 0.15 else factor
    return replace(field, intensity=(field.intensity * factor).astype(np.float32))


def _line_noise(rng: np.random.Generator, size: int, width: float) -> np.ndarray:
    noise = ndimage.gaussian_filter1d(rng.standard_normal(size), max(width, 0.3))
    return noise / max(float(noise.std()), 1e-6)


def charging(rng: np.random.Generator, field: Field) -> Field:
    """Bright places drag a dark or bright tail along the scan line, and some stretches of lines flare."""
    if field.mode != "sem":
        return field
    excess = field.intensity - np.median(field.intensity[::4, ::4])
    decay = np.exp(-1 / (log_uniform(rng, 20, 400) * field.unit))
    tail = filters.lfilter([1 - decay], [1, -decay], excess, axis=1)
    intensity = field.intensity + rng.choice([-1, -1, 1]) * rng.uniform(0.2, 1.0) * tail
    intensity = intensity * (1 + _flares(rng, field.size))
    return replace(field, intensity=intensity.astype(np.float32))


def _flares(rng: np.random.Generator, size: int) -> np.ndarray:
    """Brightness added to stretches of single lines, each fading to the right."""
    out = np.zeros((size, size), np.float32)
    for _ in range(int(rng.integers(0, 25))):
        row, left = rng.integers(0, size, 2)
        length = int(log_uniform(rng, 0.05, 1.0) * size)
        part = out[row : row + int(rng.integers(1, 4)), left : left + length]
        part += rng.uniform(-0.1, 0.35) * np.exp(-np.arange(part.shape[1]) / (0.5 * length))
    return out


def contamination(rng: np.random.Generator, field: Field) -> Field:
    """Carbon that the beam grew: soft round spots, or the square of an earlier scan.

    The materials below stay what they are.
    """
    size, factor = field.size, np.ones_like(field.intensity)
    sign = 1 if field.mode == "haadf" else -1
    if rng.random() < 0.5:
        top, left = rng.uniform(-0.2, 0.7, 2) * size
        height, width = rng.uniform(0.2, 0.7, 2) * size
        line = np.arange(size, dtype=np.float32)
        edge = rng.uniform(1, 6) * field.unit
        inside = _soft(line, top, height, edge)[:, None] * _soft(line, left, width, edge)[None]
        factor += sign * rng.uniform(0.02, 0.12) * inside
    else:
        y, x = np.ogrid[:size, :size]
        for _ in range(int(rng.integers(1, 9))):
            cy, cx = rng.random(2) * size
            radius = log_uniform(rng, 4, 60) * field.unit
            near = np.exp(-((((y - cy) ** 2 + (x - cx) ** 2) / radius**2) ** rng.uniform(0.8, 2)))
            factor += sign * rng.uniform(0.04, 0.3) * near
    return replace(field, intensity=(field.intensity * factor).astype(np.float32))


def dirt(rng: np.random.Generator, field: Field) -> Field:
    """Specks of up to five pixels, bright or dark, even or in patches: nobody paints them."""
    size, unit = field.size, field.unit
    low, high = np.percentile(field.intensity[::4, ::4], (1, 99))
    places = rng.random((int(log_uniform(rng, 5, 600)), 2)) * size
    if rng.random() < 0.4:
        middle = rng.random(2) * size
        places = middle + (places - size / 2) * rng.uniform(0.1, 0.6)
    y, x = np.clip(places, 0, size - 1).astype(int).T
    specks = np.zeros_like(field.intensity)
    specks[y, x] = rng.uniform(0.3, 1.0, len(y))
    sigma = max(0.3, rng.uniform(0.4, 1.3) * unit)
    specks = ndimage.gaussian_filter(specks, sigma) * (2 * np.pi * sigma**2)
    sign = rng.choice([-1, 1]) if field.mode == "sem" else (1 if field.mode == "haadf" else -1)
    return replace(
        field, intensity=(field.intensity + sign * rng.uniform(0.1, 0.5) * (high - low) * specks).astype(np.float32)
    )


def scratches(rng: np.random.Generator, field: Field) -> Field:
    """Fine straight lines left by polishing, mostly in one direction."""
    if field.mode != "sem":
        return field
    size, unit, out = field.size, field.unit, field.intensity.copy()
    line, heading = np.arange(size, dtype=np.float32), rng.random() * np.pi
    for _ in range(int(rng.integers(1, 14))):
        angle = heading + rng.normal() * (0.06 if rng.random() < 0.8 else 1.0)
        offset = np.cos(angle) * line[:, None] - np.sin(angle) * line[None]
        offset -= offset.ravel()[int(rng.integers(size * size))]
        out *= 1 + rng.uniform(-0.2, 0.2) * np.exp(-((offset / (rng.uniform(0.5, 1.5) * unit)) ** 2))
    return replace(field, intensity=out.astype(np.float32))


def _soft(line: np.ndarray, start: float, length: float, edge: float) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(np.minimum(line - start, start + length - line) / edge, -30, 30)))


def moved_lines(rng: np.random.Generator, signal: np.ndarray, mode: str) -> np.ndarray:
    """Lines out of place: jitter of each, one or a few tears, or hum; at most FARTHEST pixels."""
    if mode not in SCANNED:
        return signal
    size, kind = signal.shape[0], rng.random()
    if kind < 0.4:
        shift = rng.standard_normal(size) * rng.uniform(0.2, 1.2)
    elif kind < 0.75:
        shift = np.zeros(size)
        for row in rng.integers(0, size, int(rng.integers(1, 5))):
            shift[row:] += rng.uniform(-2, 2)
    else:
        shift = rng.uniform(0.4, 2.0) * np.sin(
            np.arange(size) * 2 * np.pi / log_uniform(rng, 3, 60) + rng.uniform(0, 6.3)
        )
    return _shifted(signal, np.clip(shift, -FARTHEST, FARTHEST))


def _shifted(signal: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Each row moved right by its shift in pixels, edges repeated."""
    size = signal.shape[1]
    place = np.clip(np.arange(size)[None] - shift[:, None], 0, size - 1)
    left = np.minimum(place.astype(np.int32), size - 2)
    share = (place - left).astype(np.float32)
    rows = np.arange(len(signal))[:, None]
    return signal[rows, left] * (1 - share) + signal[rows, left + 1] * share


def flyback(rng: np.random.Generator, signal: np.ndarray, mode: str) -> np.ndarray:
    """The first columns of every line are drawn out and of another brightness: the beam was still coming back."""
    if mode not in SCANNED:
        return signal
    size = signal.shape[1]
    reach = log_uniform(rng, 3, 25) * size / 1024
    late = np.exp(-np.arange(size) / reach)
    place = np.clip(np.arange(size) + FARTHEST * late, 0, size - 1).round().astype(np.int32)
    return (signal[:, place] * (1 + rng.uniform(-0.25, 0.35) * late)[None]).astype(np.float32)


def line_gain(rng: np.random.Generator, signal: np.ndarray, mode: str) -> np.ndarray:
    """Lines of uneven brightness, or a beam current that changes at some line."""
    if mode not in SCANNED:
        return signal
    size = signal.shape[0]
    if rng.random() < 0.6:
        gain = 1 + rng.uniform(0.003, 0.03) * _line_noise(rng, size, float(rng.choice([0.3, 1, 3])))
    else:
        gain = np.ones(size)
        for row in rng.integers(0, size, int(rng.integers(1, 4))):
            gain[row:] *= rng.uniform(0.9, 1.1)
    return (signal * gain[:, None]).astype(np.float32)


def seams(rng: np.random.Generator, signal: np.ndarray, mode: str) -> np.ndarray:
    """A camera of tiles: each of its own gain and offset, sometimes a line between."""
    if mode in SCANNED:
        return signal
    size, tiles = signal.shape[0], int(rng.choice([2, 2, 4]))
    edges = (np.arange(1, tiles) * size / tiles + rng.normal() * 0.02 * size).astype(int)
    which = [np.searchsorted(edges, np.arange(size), side="right") for _ in range(2)]
    if rng.random() < 0.3:
        which[1] = np.zeros(size, int)
    gain = 1 + rng.uniform(0.003, 0.04) * rng.standard_normal((tiles, tiles))
    out = signal * gain[which[0]][:, which[1]]
    if rng.random() < 0.4:
        level = float(np.percentile(signal[::4, ::4], rng.choice([1, 50, 99])))
        for edge in edges:
            out[edge : edge + int(rng.integers(1, 3))] = level
            if which[1].any():
                out[:, edge : edge + 1] = level
    return out.astype(np.float32)


def bad_pixels(rng: np.random.Generator, signal: np.ndarray, mode: str) -> np.ndarray:
    """Hot and dead pixels, sometimes a whole column."""
    out, size = signal.copy(), signal.shape[0]
    low, high = np.percentile(signal[::4, ::4], (0.5, 99.5))
    for level in (high + rng.uniform(0, 1) * (high - low), low):
        y, x = rng.integers(0, size, (2, int(log_uniform(rng, 2, 300))))
        out[y, x] = level
    if rng.random() < 0.2:
        out[:, rng.integers(size)] = low if rng.random() < 0.5 else high
    return out


def enlarged(rng: np.random.Generator, signal: np.ndarray, mode: str) -> np.ndarray:
    """Recorded with fewer pixels and enlarged, so that noise and edges are soft alike; or reduced from more pixels,
    which sharpens.
    """
    size = signal.shape[0]
    small = max(16, round(size / rng.uniform(1.2, 3.0)))
    field = torch.from_numpy(np.ascontiguousarray(signal, np.float32))[None, None]
    if rng.random() < 0.5:
        field = F.interpolate(field, (small, small), mode="area")
    else:
        field = F.interpolate(field, (small, small), mode="bilinear", antialias=rng.random() < 0.5, align_corners=False)
    how = str(rng.choice(["bicubic", "bicubic", "bilinear"]))
    return F.interpolate(field, (size, size), mode=how, align_corners=False)[0, 0].numpy()


def jpeg(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Stored as JPEG of middling to bad quality, once or twice."""
    for _ in range(1 if rng.random() < 0.8 else 2):
        file = BytesIO()
        Image.fromarray(image).save(file, "JPEG", quality=int(rng.integers(18, 88)))
        image = np.asarray(Image.open(file))
    return image


def dull(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Not stretched: a narrow range of greys somewhere between black and white."""
    span = rng.uniform(0.25, 0.8)
    low = rng.uniform(0, 1 - span)
    return (255 * low + span * image + 0.5).astype(np.uint8)


def few_greys(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Stored with 12 to 64 grey values."""
    levels = int(log_uniform(rng, 12, 64))
    return (np.round(image / 255 * (levels - 1)) * (255 / (levels - 1)) + 0.5).clip(0, 255).astype(np.uint8)


def sharpened(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Sharpened by a program: halos along edges, louder noise."""
    soft = ndimage.gaussian_filter(image.astype(np.float32), rng.uniform(0.8, 3), truncate=3)
    return np.clip(image + rng.uniform(0.3, 1.5) * (image - soft), 0, 255).astype(np.uint8)


def smoothed(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Noise taken away by a median or a blur."""
    if rng.random() < 0.5:
        return ndimage.median_filter(image, 3)
    return ndimage.gaussian_filter(image, rng.uniform(0.6, 1.6))


SPECIMEN: dict = {
    "curtaining": (curtaining, 0.07),
    "charging": (charging, 0.15),
    "contamination": (contamination, 0.06),
    "dirt": (dirt, 0.12),
    "scratches": (scratches, 0.12),
}
RECORDING: dict = {
    "moved lines": (moved_lines, 0.08),
    "flyback": (flyback, 0.04),
    "line gain": (line_gain, 0.08),
    "seams": (seams, 0.05),
    "bad pixels": (bad_pixels, 0.05),
    "enlarged": (enlarged, 0.14),
}
STORAGE: dict = {
    "smoothed": (smoothed, 0.04),
    "sharpened": (sharpened, 0.04),
    "dull": (dull, 0.2),
    "few greys": (few_greys, 0.02),
    "jpeg": (jpeg, 0.2),
}
