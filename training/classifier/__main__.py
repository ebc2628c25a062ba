"""Trains a crop classifier on simulated micrographs, judges it on others, writes a profile.

    python -m classifier --materials SrTiO3 Ge --encoder ../models/sam-i-am-texture/encoder.onnx --out profile.json

`--materials all` takes every material of the simulator. `--compare` trains the network from random weights too.
`--fixture FILE` records a few embeddings with their answers, for test/oracle/material-profile.test.ts.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from sam_i_am_models import seeds

from .crops import ALL_MATERIALS, simulated_crops
from .profile import classify, make_profile
from .training import embed, labelled_set, train_from_random_weights, train_linear

TRAINING = seeds.TRAIN.start + 800_000
JUDGING = seeds.VALIDATION.start + 40_000


STRANGE_SIMULATIONS = 2


def accuracy(answers, labels):
    return float(np.mean(answers == labels))


def mask_accuracy(answers, labels, crops_per_material):
    """Majority votes of the crops of each material of each simulation."""
    groups, truth = answers.reshape(-1, crops_per_material), labels.reshape(-1, crops_per_material)[:, 0]
    votes = [np.bincount(group + 1).argmax() - 1 for group in groups]
    return float(np.mean(np.array(votes) == truth))


def strange_crops(names, crops_per_material):
    """Per name the crops of materials that were not trained, from micrographs that show them beside those that were."""
    others = [name for name in ALL_MATERIALS if name not in names]
    seeds_of = range(JUDGING + 5000, JUDGING + 5000 + STRANGE_SIMULATIONS)
    drawn = {other: labelled_set(seeds_of, [*names, other], crops_per_material) for other in others}
    return {other: crops[labels == len(names)] for other, (crops, labels) in drawn.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--materials", nargs="+", default=["SrTiO3", "Ge"])
    parser.add_argument("--encoder", default="../models/sam-i-am-texture/encoder.onnx")
    parser.add_argument("--simulations", type=int, default=60)
    parser.add_argument("--judged", type=int, default=30, help="simulations to judge on")
    parser.add_argument("--crops", type=int, default=8, help="per material and simulation")
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--fixture", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    names = ALL_MATERIALS if options.materials == ["all"] else options.materials
    crops, labels = labelled_set(range(TRAINING, TRAINING + options.simulations), names, options.crops)
    other, truth = labelled_set(range(JUDGING, JUDGING + options.judged), names, options.crops)
    embeddings, judged = embed(options.encoder, crops), embed(options.encoder, other)
    weights, biases = train_linear(embeddings, labels, len(names))
    figures = {
        "materials": names,
        "per crop": accuracy((judged @ weights.T + biases).argmax(1), truth),
    }
    about = f"{options.simulations} simulations of {len(names)} materials, {len(crops)} crops"
    profile = make_profile(names, options.encoder, embeddings, labels, weights, biases, about)
    answers = classify(profile, judged)
    figures["per crop with the answer unlike anything seen"] = accuracy(answers, truth)
    figures["per mask"] = mask_accuracy(answers, truth, options.crops)
    strange = strange_crops(names, options.crops)
    for name, drawn in strange.items():
        figures[f"{name} found unlike anything seen"] = accuracy(classify(profile, embed(options.encoder, drawn)), -1)
    if options.compare:
        random_weights = train_from_random_weights(crops, labels, len(names))
        figures["per crop from random weights"] = accuracy(random_weights(other), truth)
    print(json.dumps(figures, indent=1))
    if options.out:
        options.out.write_text(json.dumps(profile, indent=1) + "\n")
    if options.fixture:
        others = [embed(options.encoder, drawn[:2]) for drawn in strange.values()]
        shown = np.concatenate([judged[:: max(1, len(judged) // 24)], *others]).round(5)
        recorded = {"profile": profile, "embeddings": shown.tolist(), "answers": classify(profile, shown).tolist()}
        options.fixture.write_text(json.dumps(recorded, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
