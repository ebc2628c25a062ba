"""Marks that people and programs leave on micrographs: each function(rng, canvas, ink) paints one and notes it on the
canvas.
"""

from itertools import pairwise

import numpy as np
from PIL import ImageDraw

from ..fields import log_uniform
from .canvas import Canvas, Ink, strokes
from .glyphs import Face, beside, formula_tile, stacked, text_tile

NICE = (1, 2, 5, 10, 20, 50, 100, 200, 500)
FORMULAS = (
    "SrTiO3", "LaMnO3", "LSMO", "LFO", "STO", "Pt", "Au", "Si", "SiO2", "Al2O3", "GaN", "HfO2", "TiN", "Fe3O4",
    "matrix", "film", "substrate", "vacuum", "C", "void", "grain A", "NiO", "Cu", "NbO2", "WO3", "layer 2", "MgO",
    "CoFe2O4", "BiFeO3", "carbon",
)  # fmt: skip
DIRECTIONS = ("[001]", "[110]", "[100]", "[010]", "111", "112", "(100)", "<110>", "a", "b", "c", "x", "y", "g = 200")


def text_height(rng: np.random.Generator, canvas: Canvas, low: float = 8, high: float = 60) -> float:
    """Height of a capital in pixels of the canvas, never below 6."""
    return max(6.0, log_uniform(rng, low, high) * canvas.unit)


def nice_length(rng: np.random.Generator, low: float, high: float) -> tuple[int, str]:
    """A scale bar between `low` and `high` pixels: (length in pixels, its label)."""
    value, unit = rng.choice(NICE), rng.choice(["nm", "nm", "nm", "µm", "um", "Å"])
    gap = "" if rng.random() < 0.25 else " "
    return max(8, round(log_uniform(rng, low, high))), f"{value}{gap}{unit}"


def bar_tile(rng: np.random.Generator, length: int, thick: int) -> np.ndarray:
    """The bar alone: solid, a line with ticks at its ends (and between), or a frame of alternating fields.

    Its width is `length`.
    """
    look = rng.random()
    if look < 0.65:
        return np.ones((thick, length), np.float32)
    line = max(1, thick // 3)
    tall = max(line + 4, round(thick * rng.uniform(1.2, 3.5)))
    if look < 0.9:
        return _ticked(rng, length, line, tall)
    tile, fields = np.zeros((thick + 2 * line, length), np.float32), int(rng.choice([2, 4, 5]))
    edges = np.linspace(0, length, fields + 1).round().astype(int)
    for index in range(0, fields, 2):
        tile[:, edges[index] : edges[index + 1]] = 1
    tile[:line], tile[-line:], tile[:, :line], tile[:, -line:] = 1, 1, 1, 1
    return tile


def _ticked(rng: np.random.Generator, length: int, line: int, tall: int) -> np.ndarray:
    tile = np.zeros((tall, length), np.float32)
    row = int(rng.choice([0, (tall - line) // 2, tall - line]))
    tile[row : row + line] = 1
    ticks = 2 if rng.random() < 0.7 else int(rng.choice([3, 6, 11]))
    for column in np.linspace(0, length - line, ticks).round().astype(int):
        tile[:, column : column + line] = 1
    return tile


def bar_with_label(
    rng: np.random.Generator, canvas: Canvas, face: Face, low: float, high: float
) -> tuple[np.ndarray, tuple[int, int], tuple[int, int], str]:
    """A scale bar with its label above, below or beside it (or none): (tile, (row, column) of the bar in it, its size,
    label).
    """
    length, label = nice_length(rng, low, high)
    thick = max(2, round(log_uniform(rng, 2.5, 22) * canvas.unit))
    bar = bar_tile(rng, length, min(thick, max(2, length // 4)))
    if rng.random() < 0.1:
        return bar, (0, 0), bar.shape, ""
    text = text_tile(face, label, text_height(rng, canvas, 9, 44))
    gap = max(2, round(rng.uniform(0.2, 0.9) * text.shape[0]))
    where, align = rng.random(), float(rng.choice([0.5, 0.5, 0.0, 1.0]))
    if where < 0.45:
        tile, row, free = stacked([text, bar], gap, align), text.shape[0] + gap, text.shape[1] - length
        return tile, (row, round(max(0, free) * align)), bar.shape, label
    if where < 0.8:
        tile, free = stacked([bar, text], gap, align), text.shape[1] - length
        return tile, (0, round(max(0, free) * align)), bar.shape, label
    tile = beside([bar, text], gap)
    return tile, (round((tile.shape[0] - bar.shape[0]) * 0.5), 0), bar.shape, label


def scale_bar(rng: np.random.Generator, canvas: Canvas, ink: Ink) -> None:
    """A scale bar on the picture, usually in a corner."""
    top, left, bottom, right = canvas.field
    tile, (row, column), shape, label = bar_with_label(
        rng, canvas, ink.face, 0.06 * (right - left), 0.4 * (right - left)
    )
    y, x = (
        canvas.corner(rng, tile.shape, rng.uniform(0.01, 0.07))
        if rng.random() < 0.92
        else canvas.place(rng, tile.shape)
    )
    y, x = (
        int(np.clip(y, top, max(top, bottom - tile.shape[0]))),
        int(np.clip(x, left, max(left, right - tile.shape[1]))),
    )
    bar = [y + row, x + column, y + row + shape[0], x + column + shape[1]]
    canvas.mark("scale bar", ink, tile, y, x, length=shape[1], bar=bar, label=label)


def panel_letter(rng: np.random.Generator, canvas: Canvas, ink: Ink) -> None:
    """The letter of a figure's panel, in a corner, one time in four on a plate that reaches into the corner."""
    letter = str(rng.choice(list("abcdefghABCDEFG")))
    tile = text_tile(
        ink.face, str(rng.choice(["{}", "({})", "{})", "{}."])).format(letter), text_height(rng, canvas, 16, 70)
    )
    y, x = canvas.corner(rng, tile.shape, rng.uniform(0.012, 0.04))
    if rng.random() < 0.7:
        y = canvas.field[0] + round(rng.uniform(0.012, 0.04) * canvas.image.shape[0])
    canvas.mark("letters", ink, tile, y, x)


def label(rng: np.random.Generator, canvas: Canvas, ink: Ink) -> None:
    """A material's name or a phrase, anywhere, sometimes upright."""
    text = str(rng.choice(FORMULAS))
    height = text_height(rng, canvas, 9, 56)
    tile = formula_tile(ink.face, text, height) if not ink.face.pixels else text_tile(ink.face, text, height)
    if rng.random() < 0.12:
        tile = np.ascontiguousarray(np.rot90(tile))
    canvas.mark("letters", ink, tile, *canvas.place(rng, tile.shape))


def caption(rng: np.random.Generator, canvas: Canvas, ink: Ink) -> None:
    """One to four lines of small text in a corner: file name, date, dose, magnification."""
    lines = [text_tile(ink.face, banner_word(rng), text_height(rng, canvas, 7, 16)) for _ in range(rng.integers(1, 5))]
    tile = stacked(lines, max(2, round(6 * canvas.unit)), 0.0)
    canvas.mark("letters", ink, tile, *canvas.corner(rng, tile.shape, rng.uniform(0.008, 0.03)))


def arrow_tile(rng: np.random.Generator, dx: float, dy: float, thick: float) -> tuple[np.ndarray, int, int]:
    """An arrow from (0, 0) to (dx, dy): (tile, row and column of its start).

    Filled or open head, at one end or both.
    """
    length = float(np.hypot(dx, dy)) or 1.0
    head = max(3 * thick, min(0.45 * length, thick * rng.uniform(3, 6)))
    pad = round(head + thick + 2)
    open_head, both = rng.random() < 0.25, rng.random() < 0.15
    ends = np.array([[0.0, 0.0], [dx, dy]]) + pad + np.array([max(0, -dx), max(0, -dy)])
    along = np.array([dx, dy]) / length
    across = np.array([-along[1], along[0]])

    def draw(pen: ImageDraw.ImageDraw, fine: int) -> None:
        start, tip = ends
        back = tip - along * head * (0.0 if open_head else 0.8)
        pen.line([*(start * fine), *(back * fine)], fill=255, width=max(1, round(thick * fine)))
        for point, way in ((tip, 1), (start, -1))[: 2 if both else 1]:
            barbs = [point - way * along * head + side * across * head * 0.45 for side in (1, -1)]
            if open_head:
                pen.line(
                    [*(barbs[0] * fine), *(point * fine), *(barbs[1] * fine)],
                    fill=255,
                    width=max(1, round(thick * fine)),
                )
            else:
                pen.polygon([tuple(p * fine) for p in (barbs[0], point, barbs[1])], fill=255)

    tile = strokes(abs(dy) + 2 * pad, abs(dx) + 2 * pad, draw)
    return tile, round(ends[0][1]), round(ends[0][0])


def arrow(rng: np.random.Generator, canvas: Canvas, ink: Ink) -> None:
    """An arrow that points at something, sometimes with a word at its start."""
    length, angle = log_uniform(rng, 30, 260) * canvas.unit, rng.random() * 2 * np.pi
    thick = max(1.2, log_uniform(rng, 1.5, 9) * canvas.unit)
    tile, row, column = arrow_tile(rng, length * np.cos(angle), length * np.sin(angle), thick)
    y, x = canvas.place(rng, tile.shape, 0)
    bare = Ink(ink.grey, ink.outline, None, ink.hard, ink.face)
    canvas.mark("arrow", bare, tile, y, x)
    if rng.random() < 0.3:
        word = text_tile(ink.face, str(rng.choice(FORMULAS + DIRECTIONS)), text_height(rng, canvas, 9, 36))
        back = word.shape[1] * 0.6 + 8
        canvas.mark(
            "letters",
            ink,
            word,
            y + row - np.sin(angle) * back - word.shape[0] / 2,
            x + column - np.cos(angle) * back - word.shape[1] / 2,
        )


def axes(rng: np.random.Generator, canvas: Canvas, ink: Ink) -> None:
    """Two arrows from one point with the names of directions."""
    length, thick = log_uniform(rng, 40, 160) * canvas.unit, max(1.2, log_uniform(rng, 2, 8) * canvas.unit)
    reach = round(length + 30 * canvas.unit)
    y0, x0 = canvas.place(rng, (reach, reach))
    y0 += reach
    bare = Ink(ink.grey, ink.outline, None, ink.hard, ink.face)
    turn = rng.normal() * 0.15 if rng.random() < 0.3 else 0.0
    for angle in (turn, turn - np.pi / 2):
        tile, row, column = arrow_tile(rng, length * np.cos(angle), length * np.sin(angle), thick)
        canvas.mark("arrow", bare, tile, y0 - row, x0 - column)
        word = text_tile(ink.face, str(rng.choice(DIRECTIONS)), text_height(rng, canvas, 9, 32))
        canvas.mark(
            "letters",
            ink,
            word,
            y0 + 1.25 * length * np.sin(angle) - word.shape[0] / 2,
            x0 + 1.2 * length * np.cos(angle),
        )


def ring(rng: np.random.Generator, canvas: Canvas, ink: Ink) -> None:
    """One to six ellipses or boxes around places, whole or dashed."""
    box, dashed = rng.random() < 0.4, rng.random() < 0.3
    side, thick = log_uniform(rng, 12, 300) * canvas.unit, max(1.0, log_uniform(rng, 1.2, 7) * canvas.unit)
    ratio = rng.uniform(0.5, 1.6) if rng.random() < 0.6 else 1.0
    tile = _outline(side, side * ratio, thick, box, dashed)
    bare = Ink(ink.grey, ink.outline, None, ink.hard, ink.face)
    for _ in range(1 if rng.random() < 0.6 else int(rng.integers(2, 7))):
        canvas.mark("ring", bare, tile, *canvas.place(rng, tile.shape, 0))


def _outline(height: float, width: float, thick: float, box: bool, dashed: bool) -> np.ndarray:
    pad = thick + 1

    def draw(pen: ImageDraw.ImageDraw, fine: int) -> None:
        frame, pen_width = (
            [pad * fine, pad * fine, (pad + width) * fine, (pad + height) * fine],
            max(1, round(thick * fine)),
        )
        if box:
            left, top, right, bottom = frame
            corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
            for first, second in pairwise(corners):
                _line(pen, first, second, pen_width, 4 * pen_width if dashed else None)
        elif dashed:
            for start in range(0, 360, 20):
                pen.arc(frame, start, start + 11, fill=255, width=pen_width)
        else:
            pen.ellipse(frame, outline=255, width=pen_width)

    return strokes(height + 2 * pad, width + 2 * pad, draw)


def _line(
    pen: ImageDraw.ImageDraw,
    first: np.ndarray | tuple[float, float],
    second: np.ndarray | tuple[float, float],
    width: int,
    dash: float | None,
) -> None:
    """A line of `width`, whole or in dashes of that length."""
    if not dash:
        pen.line([*first, *second], fill=255, width=width)
        return
    first, second = np.asarray(first, float), np.asarray(second, float)
    length = float(np.hypot(*(second - first)))
    for start in np.arange(0, length, 1.8 * dash):
        a, b = (first + (second - first) * min(1, t / max(length, 1)) for t in (start, start + dash))
        pen.line([*a, *b], fill=255, width=width)


def guide_line(rng: np.random.Generator, canvas: Canvas, ink: Ink) -> None:
    """A straight line through the picture or a part of it, mostly dashed: an interface, a profile, a measured length
    with end bars.
    """
    top, left, bottom, right = canvas.field
    height, width = bottom - top, right - left
    thick = max(1.0, log_uniform(rng, 1.2, 6) * canvas.unit)
    angle = float(rng.choice([0, 0, np.pi / 2])) + rng.normal() * 0.04 if rng.random() < 0.7 else rng.random() * np.pi
    length = (rng.uniform(0.1, 0.6) if rng.random() < 0.5 else 1.6) * max(height, width)
    middle = np.array([rng.uniform(0.1, 0.9) * width, rng.uniform(0.1, 0.9) * height])
    step = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    dash = thick * rng.uniform(2, 8) if rng.random() < 0.65 else None
    ends = (middle - step, middle + step)
    barred = rng.random() < 0.25 and length < max(height, width)

    def draw(pen: ImageDraw.ImageDraw, fine: int) -> None:
        pen_width = max(1, round(thick * fine))
        _line(pen, ends[0] * fine, ends[1] * fine, pen_width, dash * fine if dash else None)
        across = np.array([-np.sin(angle), np.cos(angle)]) * thick * 3
        for end in ends if barred else ():
            pen.line([*((end - across) * fine), *((end + across) * fine)], fill=255, width=pen_width)

    bare = Ink(ink.grey, ink.outline, None, ink.hard, ink.face)
    canvas.mark("line", bare, strokes(height, width, draw), top, left)


def inset(rng: np.random.Generator, canvas: Canvas, ink: Ink) -> None:
    """A power spectrum of the picture or a part of it enlarged, in a corner, framed or not."""
    top, left, bottom, right = canvas.field
    side = round(rng.uniform(0.18, 0.36) * min(bottom - top, right - left))
    y, x = canvas.corner(rng, (side, side), float(rng.choice([0.0, 0.0, 0.02])))
    patch = _spectrum(canvas.image, side) if rng.random() < 0.7 else _enlarged(rng, canvas.image, side)
    ones = np.ones((side, side), np.float32)
    canvas.put(ones, y, x, 0)
    canvas.image[y : y + side, x : x + side] = patch
    canvas.note("inset", y, x, ones.shape)
    if rng.random() < 0.6:
        edge = max(1, round(rng.uniform(1, 4) * canvas.unit))
        ones[edge:-edge, edge:-edge] = 0
        canvas.put(ones, y, x, ink.grey)


def _spectrum(image: np.ndarray, side: int) -> np.ndarray:
    size = min(image.shape)
    window = np.hanning(size).astype(np.float32)
    middle = image[:size, :size] - image.mean()
    power = np.log1p(np.abs(np.fft.fftshift(np.fft.fft2(middle * window * window[:, None]))))
    half, centre = min(side, size) // 2, size // 2
    power = power[centre - half : centre - half + side, centre - half : centre - half + side]
    power = np.pad(power, ((0, side - power.shape[0]), (0, side - power.shape[1])), mode="edge")
    low, high = np.percentile(power, (30, 99.9))
    return np.clip((power - low) / (high - low + 1e-6), 0, 1) * 255


def _enlarged(rng: np.random.Generator, image: np.ndarray, side: int) -> np.ndarray:
    zoom = int(rng.integers(2, 5))
    small = -(-side // zoom)
    y, x = (int(rng.integers(0, max(1, length - small))) for length in image.shape)
    return np.kron(image[y : y + small, x : x + small], np.ones((zoom, zoom)))[:side, :side]


def colour_bar(rng: np.random.Generator, canvas: Canvas, ink: Ink) -> None:
    """A ramp of grey with its two ends named."""
    top, left, bottom, right = canvas.field
    height, width = round(rng.uniform(0.15, 0.5) * (bottom - top)), max(6, round(rng.uniform(12, 40) * canvas.unit))
    words = [text_tile(ink.face, word, text_height(rng, canvas, 8, 24)) for word in ("max", "0")]
    y, x = canvas.corner(rng, (height, width + words[0].shape[1] + 6), rng.uniform(0.02, 0.06))
    ramp = np.repeat(np.linspace(255, 0, height, dtype=np.float32)[:, None], width, 1)
    canvas.put(np.ones_like(ramp), y, x, 0)
    region = canvas.image[max(0, y) : y + height, max(0, x) : x + width]
    region[:] = ramp[-region.shape[0] :, : region.shape[1]]
    canvas.note("colour bar", y, x, ramp.shape)
    canvas.mark("letters", ink, words[0], y, x + width + 4)
    canvas.mark("letters", ink, words[1], y + height - words[1].shape[0], x + width + 4)


def banner_word(rng: np.random.Generator) -> str:
    """One entry of an instrument's banner."""
    entries = (
        f"{rng.choice([1, 2, 5, 10, 15, 20, 80, 200, 300])}.{rng.integers(0, 100):02d} kV",
        f"WD {rng.uniform(2, 20):.1f} mm", f"Mag = {rng.uniform(1, 400):.2f} K X", f"x{rng.integers(2, 900) * 1000:,}",
        "SE2", "InLens", "Det ETD", "HAADF", "BF STEM",
        f"{rng.integers(1, 29):02d}/{rng.integers(1, 13):02d}/20{rng.integers(5, 26):02d}",
        f"{rng.integers(0, 24):02d}:{rng.integers(0, 60):02d}:{rng.integers(0, 60):02d}",
        f"img_{rng.integers(1, 9999):04d}.tif", f"spot {rng.uniform(1, 9):.1f}", "HV=80.0kV",
        f"dwell {rng.integers(1, 40)} us", "TEM Mode: Imaging", f"HFW {rng.uniform(0.5, 90):.2f} µm",
        f"Signal A = {rng.choice(['SE2', 'InLens', 'BSD'])}", f"tilt {rng.integers(0, 60)}°", "curr 86 pA",
        "Off 0.0000",
    )  # fmt: skip
    return str(rng.choice(entries))
