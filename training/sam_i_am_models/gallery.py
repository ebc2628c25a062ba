"""A sheet of simulated and real micrographs, mixed and small: what gives the simulated ones away is what to mend next.

    python -m sam_i_am_models.gallery --real FOLDER --sheet gallery.png --key gallery.json

The key says which tile is what; look at the sheet first. The real images are the user's own and stay where they are.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

from .crops import scale_grey
from .simulate.lab import simulate_lab

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
MASK_MARKS = (".mask", ".materials")  # in the names of files that are label images


def real_images(folder: Path) -> list[Path]:
    """The pictures of a folder, without label images."""
    return sorted(
        p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and not any(mark in p.name for mark in MASK_MARKS)
    )


def read_grey(path: Path) -> np.ndarray:
    """Grey values (h, w) in [0, 1], scaled as every model sees them."""
    grey = np.asarray(Image.open(path), np.float32)
    return scale_grey(grey[..., :3].mean(-1) if grey.ndim == 3 else grey)


def tile(grey: np.ndarray, side: int) -> Image.Image:
    """The middle square of grey values in [0, 1], `side` pixels wide."""
    height, width = grey.shape
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    middle = (grey[top : top + edge, left : left + edge] * 255 + 0.5).astype(np.uint8)
    return Image.fromarray(middle).resize((side, side), Image.Resampling.LANCZOS)


def mixed(real: Path, simulated: int, first: int, size: int) -> list[tuple[str, np.ndarray]]:
    """(what it is, grey values) of all pictures, in random order."""
    pictures = [(f"real {path.name}", read_grey(path)) for path in real_images(real)]
    for seed in range(first, first + simulated):
        micrograph = simulate_lab(seed, size)
        pictures.append((f"simulated {seed} {micrograph.metadata['kind']}", scale_grey(micrograph.image)))
    order = np.random.default_rng(first).permutation(len(pictures))
    return [pictures[i] for i in order]


def sheet(pictures: list[tuple[str, np.ndarray]], columns: int, side: int) -> Image.Image:
    """All pictures, row by row."""
    rows = -(-len(pictures) // columns)
    out = Image.new("L", (columns * side, rows * side))
    for index, (_, grey) in enumerate(pictures):
        out.paste(tile(grey, side), (index % columns * side, index // columns * side))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True)
    parser.add_argument("--sheet", type=Path, required=True)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--simulated", type=int, default=60)
    parser.add_argument("--first", type=int, default=940_000, help="first seed")
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--side", type=int, default=190, help="of a tile, in pixels")
    parser.add_argument("--size", type=int, default=1024, help="of a simulated micrograph")
    options = parser.parse_args()
    pictures = mixed(options.real, options.simulated, options.first, options.size)
    sheet(pictures, options.columns, options.side).save(options.sheet)
    options.key.write_text(json.dumps([name for name, _ in pictures], indent=1))


if __name__ == "__main__":
    main()
