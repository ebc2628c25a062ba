"""Burnt-in text as opacity tiles: (h, w) float32 from 0 (nothing) to 1 (ink), cropped to the ink.

No font files: one outline face and one face of pixels, both inside Pillow, which are made narrow, bold or slanted here.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Font = Any  # an outline or a pixel font of Pillow, which have no type in common that names their size

CAP_HEIGHT = 0.72  # height of a capital letter of the outline face in units of its size
PLAIN = str.maketrans("µÅ", "uA")  # the outline face lacks these two: their marks are added
PIXEL_CAPS = 6  # rows of a capital letter of the pixel face


@dataclass(frozen=True)
class Face:
    """How letters look. `width` 1 = as designed, `weight` in units of the height of a capital, `slant` = shear."""

    pixels: bool = False
    width: float = 1.0
    weight: float = 0.0
    slant: float = 0.0


def draw_face(rng: np.random.Generator) -> Face:
    """Random face: mostly plain, one in five the pixels of old microscope software."""
    if rng.random() < 0.2:
        return Face(True, float(rng.choice([1, 1, 0.8, 1.3])))
    width = float(rng.uniform(0.8, 1.2)) if rng.random() < 0.5 else 1.0
    weight = float(rng.uniform(0.03, 0.14)) if rng.random() < 0.5 else 0.0
    return Face(False, width, weight, float(rng.uniform(0.1, 0.25)) if rng.random() < 0.15 else 0.0)


def text_tile(face: Face, text: str, height: float) -> np.ndarray:
    """One line of text whose capitals are `height` pixels high."""
    drawn = _pixel_line(face, text, height) if face.pixels else _outline_line(face, text, height)
    return crop(drawn)


def formula_tile(face: Face, text: str, height: float) -> np.ndarray:
    """Like `text_tile`, with digits after letters lowered and small: SrTiO3."""
    tiles: list[np.ndarray] = []
    for part in re.findall(r"[\d.]+|[^\d.]+", text):
        low = part[0].isdigit() and bool(tiles)
        tile = text_tile(face, part, height * (0.65 if low else 1))
        tiles.append(np.pad(tile, ((round(height * 0.55), 0), (1, 1))) if low else tile)
    return beside(tiles, max(1, round(height * 0.08)), align=0.0)


def crop(tile: np.ndarray) -> np.ndarray:
    """The tile without its empty rim; one empty pixel if nothing is drawn."""
    rows, columns = np.nonzero(tile.max(1) > 0.02)[0], np.nonzero(tile.max(0) > 0.02)[0]
    if not len(rows):
        return np.zeros((1, 1), np.float32)
    return tile[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def beside(tiles: list[np.ndarray], gap: int, align: float = 0.5) -> np.ndarray:
    """Tiles in a row, `gap` pixels apart; `align` 0 = tops in line, 1 = bottoms."""
    return stacked([tile.T for tile in tiles], gap, align).T


def stacked(tiles: list[np.ndarray], gap: int, align: float = 0.5) -> np.ndarray:
    """Tiles below each other, `gap` pixels apart; `align` 0 = left edges in line, 1 = right edges."""
    width = max(tile.shape[1] for tile in tiles)
    out = np.zeros((sum(tile.shape[0] for tile in tiles) + gap * (len(tiles) - 1), width), np.float32)
    row = 0
    for tile in tiles:
        left = round((width - tile.shape[1]) * align)
        out[row : row + tile.shape[0], left : left + tile.shape[1]] = tile
        row += tile.shape[0] + gap
    return out


@lru_cache(maxsize=64)
def _outline_font(size: int) -> Font:
    return ImageFont.load_default(size)


@lru_cache(maxsize=1)
def _pixel_font() -> Font:
    return ImageFont.load_default_imagefont()


def _outline_line(face: Face, text: str, height: float) -> np.ndarray:
    size = max(6, round(height / CAP_HEIGHT))
    stroke = face.weight * height / 2
    font, pad = _outline_font(size), size // 3 + 2
    picture = Image.new("L", (int(font.getlength(text)) + 2 * pad, 2 * size))
    pen = ImageDraw.Draw(picture)
    pen.text((pad, size // 3), text.translate(PLAIN), font=font, fill=255, stroke_width=stroke)
    _add_marks(pen, font, text, pad, size // 3)
    if face.slant:
        picture = picture.transform(
            picture.size, Image.Transform.AFFINE, (1, face.slant, -face.slant * size, 0, 1, 0), Image.Resampling.BICUBIC
        )
    if face.width != 1:
        picture = picture.resize((max(1, round(picture.width * face.width)), picture.height), Image.Resampling.BICUBIC)
    return np.asarray(picture, np.float32) / 255


def _add_marks(pen: ImageDraw.ImageDraw, font: Font, text: str, left: int, top: int) -> None:
    """The stem of each µ and the ring of each Å."""
    size, stem = font.size, max(1, round(font.size * 0.09))
    for index, letter in enumerate(text):
        x = left + font.getlength(text[:index].translate(PLAIN))
        if letter == "µ":
            pen.rectangle((x + size * 0.07, top + size * 0.5, x + size * 0.07 + stem - 1, top + size * 1.2), fill=255)
        elif letter == "Å":
            middle, radius = x + font.getlength("A") / 2, size * 0.11
            box = (middle - radius, top + size * 0.02, middle + radius, top + size * 0.02 + 2 * radius)
            pen.ellipse(box, outline=255, width=stem)


def _pixel_line(face: Face, text: str, height: float) -> np.ndarray:
    text = text.encode("latin-1", "replace").decode("latin-1")
    font = _pixel_font()
    picture = Image.new("L", (int(font.getlength(text)) + 4, 16))
    ImageDraw.Draw(picture).text((2, 1), text, font=font, fill=255)
    zoom = max(1, round(height / PIXEL_CAPS))
    picture = picture.resize(
        (max(1, round(picture.width * zoom * face.width)), picture.height * zoom), Image.Resampling.NEAREST
    )
    return np.asarray(picture, np.float32) / 255
