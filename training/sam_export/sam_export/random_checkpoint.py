"""A checkpoint of real architecture with seeded random weights, for parity and speed where no trained weights may be
had.

python -m sam_export.random_checkpoint vit_b random-vit-b.pth --seed 7
"""

import argparse
from pathlib import Path

import torch

from .checkpoint import build
from .tiny import randomise


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a checkpoint with seeded random weights.")
    parser.add_argument("architecture", choices=["vit_b", "vit_l", "vit_h", "vit_t"])
    parser.add_argument("target", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.save(randomise(build(options.architecture), options.seed).state_dict(), options.target)


if __name__ == "__main__":
    main()
