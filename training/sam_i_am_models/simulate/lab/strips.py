"""What takes the rim of the picture: banners, padding, frames, the corners that turning leaves.

Each narrows the canvas's field.
"""

from dataclasses import dataclass

import numpy as np

from .canvas import Canvas, Ink
from .glyphs import Face, beside, draw_face, stacked, text_tile
from .marks import banner_word, bar_with_label


def banner(rng: np.random.Generator, canvas: Canvas, ink: Ink) -> None:
    """A strip of one grey along the bottom (or top) with text, separators and mostly a scale bar."""
    height, width = canvas.image.shape
    rows = round(rng.uniform(0.035, 0.14) * height)
    at_bottom = rng.random() < 0.85
    top = height - rows if at_bottom else 0
    paper = int(rng.choice([0, 0, 0, 255, 255, 30, 192, 230]))
    letters = int(rng.choice([255, 255, 220]) if paper < 128 else rng.choice([0, 0, 60]))
    canvas.put(np.ones((rows, width), np.float32), top, 0, paper)
    canvas.field = (0, 0, height - rows, width) if at_bottom else (rows, 0, height, width)
    canvas.note("banner", top, 0, (rows, width))
    pen = Ink(letters, hard=rng.random() < 0.3, face=draw_face(rng))
    edge = max(1, round(1.5 * canvas.unit))
    if rng.random() < 0.3:
        canvas.put(np.ones((edge, width), np.float32), top if at_bottom else rows - edge, 0, letters)
    _fill_banner(rng, canvas, Strip(pen, top, rows))


@dataclass(frozen=True)
class Strip:
    """The pen of a banner, and the rows of the picture that it takes: `rows` from `top` on."""

    pen: Ink
    top: int
    rows: int


def _fill_banner(rng: np.random.Generator, canvas: Canvas, strip: Strip) -> None:
    top, rows, width = strip.top, strip.rows, canvas.image.shape[1]
    lines = 1 if rows < 40 * canvas.unit or rng.random() < 0.4 else int(rng.integers(2, 4))
    capital = max(5.5, rows / lines * rng.uniform(0.28, 0.55))
    left, separators = round(rng.uniform(0.005, 0.03) * width), rng.random() < 0.5
    bar_at = int(rng.integers(0, 5)) if rng.random() < 0.85 else -1
    for column in range(9):
        if column == bar_at:
            right = _banner_bar(rng, canvas, strip, left)
        else:
            right = _banner_column(rng, canvas, strip, left, (capital, lines))
        left = right + round(rng.uniform(0.01, 0.05) * width)
        if left > 0.97 * width:
            return
        if separators:
            tall = max(2, round(rows * 0.7))
            canvas.put(
                np.ones((tall, max(1, round(canvas.unit))), np.float32),
                top + (rows - tall) // 2,
                left - round(0.006 * width),
                strip.pen.grey,
            )


def _banner_column(rng: np.random.Generator, canvas: Canvas, strip: Strip, left: int, text: tuple[float, int]) -> int:
    pen, (capital, lines) = strip.pen, text
    words = [text_tile(pen.face, banner_word(rng), capital) for _ in range(lines)]
    tile = stacked(words, max(1, round(capital * 0.6)), 0.0)
    if left + tile.shape[1] < canvas.image.shape[1]:
        canvas.put(
            (tile > 0.5).astype(np.float32) if pen.hard else tile,
            strip.top + max(0, (strip.rows - tile.shape[0]) // 2),
            left,
            pen.grey,
        )
    return left + tile.shape[1]


def _banner_bar(rng: np.random.Generator, canvas: Canvas, strip: Strip, left: int) -> int:
    pen, top, rows, width = strip.pen, strip.top, strip.rows, canvas.image.shape[1]
    tile, (row, column), shape, label = bar_with_label(rng, canvas, pen.face, 0.04 * width, 0.25 * width)
    if tile.shape[0] > rows - 4 or left + tile.shape[1] > width:
        return left
    y = top + (rows - tile.shape[0]) // 2
    canvas.put(tile, y, left, pen.grey)
    bar = [y + row, left + column, y + row + shape[0], left + column + shape[1]]
    canvas.note("scale bar", y, left, tile.shape, length=shape[1], bar=bar, label=label, in_banner=True)
    return left + tile.shape[1]


def text_page(rng: np.random.Generator, canvas: Canvas, ink: Ink) -> None:
    """A white or black strip with several lines of text in the pixel face, as old camera software prints below its
    pictures.
    """
    height, width = canvas.image.shape
    face, capital = Face(True, float(rng.choice([1, 0.8]))), float(rng.uniform(7, 16) * max(canvas.unit, 0.6))
    blocks = [
        stacked(
            [text_tile(face, banner_word(rng), capital) for _ in range(rng.integers(2, 6))], round(capital * 0.7), 0.0
        )
        for _ in range(2)
    ]
    tile = beside(blocks, round(rng.uniform(0.1, 0.4) * width), 0.0)[:, : width - 4]
    rows = tile.shape[0] + round(1.6 * capital)
    paper = int(rng.choice([255, 255, 0]))
    canvas.put(np.ones((rows, width), np.float32), height - rows, 0, paper)
    canvas.put(tile, height - rows + round(0.8 * capital), 3, 255 - paper)
    canvas.field = (canvas.field[0], canvas.field[1], height - rows, canvas.field[3])
    canvas.note("banner", height - rows, 0, (rows, width))


def padding(rng: np.random.Generator, canvas: Canvas, ink: Ink) -> None:
    """Uniform strips along one to four sides."""
    height, width = canvas.image.shape
    grey = int(rng.choice([0, 0, 0, 255, 255, 128, int(canvas.image.mean())]))
    sides = rng.permutation(4)[: int(rng.choice([1, 1, 2, 2, 4]))]
    margins = [
        round(rng.uniform(0.01, 0.14 if len(sides) > 1 else 0.25) * (height if side % 2 == 0 else width))
        if side in sides
        else 0
        for side in range(4)
    ]
    if len(sides) == 4 and rng.random() < 0.6:
        margins = [margins[0]] * 4
    top, left, bottom, right = margins
    outside = np.ones((height, width), np.float32)
    outside[top : height - bottom, left : width - right] = 0
    canvas.put(outside, 0, 0, grey)
    canvas.field = (top, left, height - bottom, width - right)
    canvas.note("padding", 0, 0, outside.shape, sides=margins)


def turned_corners(rng: np.random.Generator, canvas: Canvas, ink: Ink) -> None:
    """The uniform wedges that are left where a picture was turned or shifted into line."""
    height, width = canvas.image.shape
    angle, scale = np.deg2rad(rng.uniform(1, 12)) * rng.choice([-1, 1]), rng.uniform(0.96, 1.12)
    line_y, line_x = (np.arange(length, dtype=np.float32) - length / 2 for length in (height, width))
    u = np.cos(angle) * line_x[None] + np.sin(angle) * line_y[:, None]
    v = -np.sin(angle) * line_x[None] + np.cos(angle) * line_y[:, None]
    outside = ((np.abs(u) > width / 2 * scale) | (np.abs(v) > height / 2 * scale)).astype(np.float32)
    if outside.any():
        canvas.put(outside, 0, 0, int(rng.choice([0, 0, 255, int(canvas.image.mean())])))
        canvas.note("padding", 0, 0, outside.shape, sides=[])
        canvas.field = _inside(np.asarray(canvas.field), 0.06 * height, 0.06 * width)


def _inside(field: np.ndarray, rows: float, columns: float) -> tuple[int, int, int, int]:
    top, left, bottom, right = (field + np.array([rows, columns, -rows, -columns])).round().astype(int).tolist()
    return top, left, bottom, right


def frame(rng: np.random.Generator, canvas: Canvas, ink: Ink) -> None:
    """A line around the picture, at its edge or a little inside."""
    top, left, bottom, right = canvas.field
    away = round(rng.choice([0, 0, 0, rng.uniform(2, 20)]) * canvas.unit)
    thick = max(1, round(rng.uniform(1, 10) * canvas.unit))
    tile = np.ones((bottom - top - 2 * away, right - left - 2 * away), np.float32)
    if min(tile.shape) <= 2 * thick:
        return
    tile[thick:-thick, thick:-thick] = 0
    canvas.put(tile, top + away, left + away, ink.grey)
    canvas.note("frame", top + away, left + away, tile.shape)
    canvas.field = _inside(np.asarray(canvas.field), away + thick, away + thick)
