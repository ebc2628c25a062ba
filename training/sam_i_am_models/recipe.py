"""The whole recipe: simulate, train, export, write the manifest. Every stage resumes where it stopped.

python -m sam_i_am_models.recipe --work runs --models ../models
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

from . import seeds, train_encoder, train_quality, train_sam, train_texture
from .dataset import generate
from .export import load_sam, load_texture, release
from .piece_crops import write as write_pieces

CARD = Path(__file__).with_name("card.json")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for data and checkpoints; keep it to resume")
    parser.add_argument("--models", type=Path, required=True, help="folder to write graphs and manifest.json to")
    parser.add_argument("--workers", type=int, default=2, help="processes that simulate")
    for name, default in (
        ("train", 1200),
        ("validation", 60),
        ("encoder-steps", 1400),
        ("joint-steps", 1400),
        ("pieces", 1800),
        ("texture-steps", 2000),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


def _first(known: range, count: int) -> range:
    """The first `count` seeds of a range."""
    return range(known.start, known.start + count)


def main() -> None:
    options = parse()
    data, runs = options.work / "data", options.work / "checkpoints"
    runs.mkdir(parents=True, exist_ok=True)
    generate(data / "validation", _first(seeds.VALIDATION, options.validation), workers=options.workers)
    generate(data / "train", _first(seeds.TRAIN, options.train), workers=options.workers)
    train_encoder.train(data, runs / "encoder.pt", replace(train_encoder.PLAN, steps=options.encoder_steps))
    joint = replace(train_sam.PLAN, steps=options.joint_steps)
    train_sam.train(data, runs / "encoder.pt", runs / "joint.pt", joint)
    train_quality.train(data, runs / "joint.pt", runs / "quality.pt")
    write_pieces(data / "pieces", options.pieces, workers=options.workers)
    texture = replace(train_texture.PLAN, steps=options.texture_steps)
    train_texture.train(runs / "texture_run.pt", data / "pieces", texture)
    card = json.loads(CARD.read_text())
    train_sam.release(runs / "quality.pt", runs / "sam.pt", card["sam"]["logitGain"])
    train_texture.write_release(runs / "texture_run.pt", runs / "texture.pt")
    release(*load_sam(runs / "sam.pt"), load_texture(runs / "texture.pt"), options.models, card)


if __name__ == "__main__":
    main()
