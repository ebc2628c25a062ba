"""The whole recipe: simulate, train, export, write the manifest. Every stage resumes where it stopped.

    python -m sam_i_am_models.recipe --work runs --models ../models
"""

import argparse
import json
from pathlib import Path

from . import seeds
from .dataset import generate
from .export import load_sam, load_texture, release
from .piece_crops import write as write_pieces
from .train_encoder import train as train_encoder
from .train_quality import train as train_quality
from .train_sam import release as release_sam
from .train_sam import train as train_sam
from .train_texture import train as train_texture
from .train_texture import write_release as release_texture

CARD = Path(__file__).with_name("card.json")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for data and checkpoints; keep it to resume")
    parser.add_argument("--models", type=Path, required=True, help="folder to write graphs and manifest.json to")
    parser.add_argument("--workers", type=int, default=2, help="processes that simulate")
    for name, default in (("train", 1200), ("validation", 60), ("encoder-steps", 1400), ("joint-steps", 1400), ("pieces", 1800), ("texture-steps", 2000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


def main():
    options = parse()
    data, runs = options.work / "data", options.work / "checkpoints"
    runs.mkdir(parents=True, exist_ok=True)
    generate(data / "validation", seeds.VALIDATION.start, options.validation, workers=options.workers)
    generate(data / "train", seeds.TRAIN.start, options.train, workers=options.workers)
    train_encoder(data, runs / "encoder.pt", options.encoder_steps)
    train_sam(data, runs / "encoder.pt", runs / "joint.pt", options.joint_steps)
    train_quality(data, runs / "joint.pt", runs / "quality.pt")
    write_pieces(data / "pieces", options.pieces, workers=options.workers)
    train_texture(runs / "texture_run.pt", data / "pieces", options.texture_steps)
    card = json.loads(CARD.read_text())
    release_sam(runs / "quality.pt", runs / "sam.pt", card["sam"]["logitGain"])
    release_texture(runs / "texture_run.pt", runs / "texture.pt")
    release(*load_sam(runs / "sam.pt"), load_texture(runs / "texture.pt"), options.models, card)


if __name__ == "__main__":
    main()
