"""What programs and people burn into pictures: name: (function, chance). Painted pixels are unlabelled (0) in all maps.

function(rng, image uint8 (size, size)) -> (image uint8, painted bool (size, size)), the picture with the overlay and
where it was painted.
"""

from dataclasses import dataclass

import numpy as np

from . import marks, strips
from .canvas import Canvas, draw_ink

# What takes the rim, at most one of each, and how likely; then marks on the picture by their share.
RIMS = {
    "padding": (strips.padding, 0.1),
    "turned": (strips.turned_corners, 0.06),
    "banner": (strips.banner, 0.35),
    "page": (strips.text_page, 0.06),
    "frame": (strips.frame, 0.08),
}
MARKS = {
    "scale bar": (marks.scale_bar, 9),
    "panel letter": (marks.panel_letter, 4),
    "label": (marks.label, 5),
    "caption": (marks.caption, 2),
    "arrow": (marks.arrow, 3),
    "axes": (marks.axes, 1.5),
    "ring": (marks.ring, 2),
    "line": (marks.guide_line, 2),
    "inset": (marks.inset, 1),
    "colour bar": (marks.colour_bar, 0.7),
}


@dataclass
class Burnt:
    """`image` uint8 with the overlays, `painted` bool, `marks`: one dict each with kind and box (top, left, bottom,
    right); scale bars also
    have length (pixels), bar (box of the bar alone) and label."""

    image: np.ndarray
    painted: np.ndarray
    marks: list[dict]


def burn(rng: np.random.Generator, image: np.ndarray) -> Burnt:
    """Paint a random set of overlays, at least one, over a uint8 picture of any shape."""
    canvas = Canvas.of(image)
    ink = draw_ink(rng, image)
    for function, chance in RIMS.values():
        if rng.random() < chance and "banner" not in {mark["kind"] for mark in canvas.marks}:
            function(rng, canvas, ink)
    few = 0 if canvas.marks else 1
    for name in _draw_marks(rng, few):
        changed = rng.random() < 0.2
        MARKS[name][0](rng, canvas, draw_ink(rng, canvas.image) if changed else ink)
    return Burnt(np.clip(canvas.image + 0.5, 0, 255).astype(np.uint8), canvas.painted, canvas.marks)


def _draw_marks(rng: np.random.Generator, least: int) -> list[str]:
    """Names of the marks of one picture: mostly one to three, no second scale bar or panel letter, sometimes a crowded
    figure.
    """
    count = max(least, int(rng.integers(4, 12)) if rng.random() < 0.12 else int(rng.integers(0, 4)))
    share = np.array([share for _, share in MARKS.values()])
    names = [str(name) for name in rng.choice(list(MARKS), count, p=share / share.sum())]
    once = ("scale bar", "panel letter", "colour bar", "inset")
    return [name for index, name in enumerate(names) if name not in once or name not in names[:index]]


def _burn_in(rng: np.random.Generator, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    burnt = burn(rng, image)
    return burnt.image, burnt.painted


OVERLAYS: dict = {"burnt in": (_burn_in, 0.15)}
