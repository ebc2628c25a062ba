"""The picture while marks are painted over it: an ink, an opacity tile, a place."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from .glyphs import Face, draw_face

PAINTED = 0.06  # opacity from which a pixel counts as painted
TRIES = 8  # places looked at before a mark may cover another
LEAST_CONTRAST = 60  # grey levels between ink and picture below which another ink is taken
FINE = 3  # drawn so many times finer, then averaged


@dataclass(frozen=True)
class Ink:
    """Grey value of marks, of the thin line around them (None: none), of the plate under text (None: none);

    `hard`: no soft edges.
    """

    grey: int
    outline: int | None = None
    plate: int | None = None
    hard: bool = False
    face: Face = field(default_factory=Face)


def draw_ink(rng: np.random.Generator, image: np.ndarray) -> Ink:
    """The ink of one picture: mostly white or black, whichever shows, often with an outline or a plate."""
    light = bool(rng.random() < (0.75 if image.mean() < 128 else 0.4))
    grey = int(rng.choice([255, 255, 255, 235, 210] if light else [0, 0, 0, 20, 60]))
    if rng.random() < 0.12:
        grey = int(rng.choice([76, 105, 150, 179, 226]))
    away = 0 if grey > 127 else 255
    look = rng.random()
    outline = away if look < 0.2 else None
    plate = int(rng.choice([away, away, int(image.mean())])) if look > 0.8 else None
    return Ink(grey, outline, plate, bool(rng.random() < 0.2), draw_face(rng))


@dataclass
class Canvas:
    """`image` float32 (h, w) that is painted on;

    `painted` bool; `field`: (top, left, bottom, right) of what is still specimen; `marks`: what was painted.
    """

    image: np.ndarray
    painted: np.ndarray
    field: tuple[int, int, int, int]
    marks: list[dict]

    @staticmethod
    def of(image: np.ndarray) -> "Canvas":
        """An empty canvas over a uint8 picture."""
        return Canvas(image.astype(np.float32), np.zeros(image.shape, bool), (0, 0, *image.shape), [])

    @property
    def unit(self) -> float:
        """Pixels for one pixel of a 1024-pixel frame."""
        return max(self.image.shape) / 1024

    def put(self, tile: np.ndarray, top: int, left: int, grey: float) -> None:
        """Lay `grey` over the picture with the opacities of `tile`, whose corner comes to (top, left); what sticks out
        is cut off.
        """
        height, width = self.image.shape
        rows = slice(max(0, top), min(height, top + tile.shape[0]))
        columns = slice(max(0, left), min(width, left + tile.shape[1]))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return
        part = tile[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        self.image[rows, columns] += (grey - self.image[rows, columns]) * part
        self.painted[rows, columns] |= part > PAINTED

    def mark(self, kind: str, ink: Ink, tile: np.ndarray, top: int, left: int, **more: Any) -> None:
        """Paint `tile` with its outline or plate and note it under `kind`. Boxes are (top, left, bottom, right)."""
        top, left = int(top), int(left)
        ink = self._readable(ink, tile.shape, top, left)
        tile = (tile > 0.5).astype(np.float32) if ink.hard else tile
        if ink.plate is not None:
            self.put(*_plate(tile, top, left), ink.plate)
        if ink.outline is not None:
            around = max(1, round(2 * self.unit))
            wide = ndimage.maximum_filter(np.pad(tile, around), size=2 * around + 1)
            self.put(wide, top - around, left - around, ink.outline)
        self.put(tile, top, left, ink.grey)
        self.note(kind, top, left, tile.shape, **more)

    def _readable(self, ink: Ink, shape: tuple[int, int], top: int, left: int) -> Ink:
        """The ink, or its opposite where a bare one would hardly show."""
        there = self.image[max(0, top) : max(0, top) + shape[0], max(0, left) : max(0, left) + shape[1]]
        if ink.plate is not None or ink.outline is not None or not there.size:
            return ink
        middle = float(np.median(there[::2, ::2]))
        return ink if abs(middle - ink.grey) >= LEAST_CONTRAST else replace(ink, grey=0 if middle > 127 else 255)

    def note(self, kind: str, top: int, left: int, shape: tuple[int, int], **more: Any) -> None:
        """Write down one mark without painting."""
        self.marks.append({"kind": kind, "box": [top, left, top + shape[0], left + shape[1]]} | more)

    def place(self, rng: np.random.Generator, shape: tuple[int, int], margin: float = 0.02) -> tuple[int, int]:
        """A random corner (top, left) inside the field for something of that shape, mostly clear of other marks."""
        return self._clear(lambda: self._anywhere(rng, shape, margin), shape)

    def corner(self, rng: np.random.Generator, shape: tuple[int, int], margin: float) -> tuple[int, int]:
        """(top, left) in one of the field's corners, `margin` of its shorter side from both edges, mostly clear; bottom
        ones twice as often.
        """
        return self._clear(lambda: self._in_corner(rng, shape, margin), shape)

    def _clear(self, draw: Callable[..., Any], shape: tuple[int, int]) -> tuple[int, int]:
        """The first of a few places where nothing is painted, or the last of them."""
        for _ in range(TRIES):
            top, left = draw()
            if not self.painted[max(0, top) : top + shape[0], max(0, left) : left + shape[1]].any():
                break
        return top, left

    def _anywhere(self, rng: np.random.Generator, shape: tuple[int, int], margin: float) -> tuple[int, int]:
        top, left, bottom, right = self.field
        edge = round(margin * min(bottom - top, right - left))
        row = rng.integers(top + edge, max(top + edge + 1, bottom - edge - shape[0] + 1))
        return int(row), int(rng.integers(left + edge, max(left + edge + 1, right - edge - shape[1] + 1)))

    def _in_corner(self, rng: np.random.Generator, shape: tuple[int, int], margin: float) -> tuple[int, int]:
        top, left, bottom, right = self.field
        edge = round(margin * min(bottom - top, right - left))
        row = top + edge if rng.random() < 1 / 3 else bottom - edge - shape[0]
        return row, left + edge if rng.random() < 0.5 else right - edge - shape[1]


def _plate(tile: np.ndarray, top: int, left: int) -> tuple[np.ndarray, int, int]:
    pad = max(2, round(0.25 * min(tile.shape)))
    pad = min(pad, 12)
    return np.ones((tile.shape[0] + 2 * pad, tile.shape[1] + 2 * pad), np.float32), top - pad, left - pad


def strokes(height: float, width: float, draw: Callable[..., Any]) -> np.ndarray:
    """Opacity tile (height, width) of what `draw(pen, FINE)` paints with value 255 in coordinates that are FINE times
    finer.
    """
    height, width = max(1, round(height)), max(1, round(width))
    picture = Image.new("L", (width * FINE, height * FINE))
    draw(ImageDraw.Draw(picture), FINE)
    return np.asarray(picture.reduce(FINE), np.float32) / 255
