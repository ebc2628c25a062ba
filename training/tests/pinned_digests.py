"""Digests of what the two simulators draw, and how they are written down:

`python tests/pinned_digests.py` in training/.

Run it only where a change of the simulators' pictures is meant; the networks in models/ are named after the old ones.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import scipy
import torch

from sam_i_am_models.simulate import simulate
from sam_i_am_models.simulate.lab import simulate_lab
from sam_i_am_models.simulate.lab.kinds import KINDS
from sam_i_am_models.simulate.micrograph import Micrograph

FILE = Path(__file__).with_name("pinned_digests.json")
SIZE = 128
SEEDS = range(1, 13)  # of `simulate`
UNSEEN_SEEDS = range(1, 5)
LAB_SEEDS = range(1, 4)  # of each kind of `simulate_lab`
DRAWN_SEEDS = range(20, 24)  # of `simulate_lab`, the kind drawn from the seed

Case = tuple[str, int, str]


def cases() -> list[Case]:
    """(simulator, seed, kind) of every micrograph that is written down."""
    old = [("simulate", seed, "") for seed in SEEDS]
    unseen = [("simulate", seed, "unseen") for seed in UNSEEN_SEEDS]
    lab = [("lab", seed, kind) for kind in KINDS for seed in LAB_SEEDS]
    drawn = [("lab", seed, "") for seed in DRAWN_SEEDS]
    return old + unseen + lab + drawn


def draw(case: Case, size: int = SIZE) -> Micrograph:
    """The micrograph of one case."""
    simulator, seed, kind = case
    if simulator == "simulate":
        return simulate(seed, size, unseen=kind == "unseen")
    return simulate_lab(seed, size, kind or None)


def digest(micrograph: Micrograph) -> str:
    """SHA-256 of the five maps, the difficulty and the metadata."""
    said = json.dumps([micrograph.difficulty, micrograph.metadata], sort_keys=True, default=str)
    return hashlib.sha256(micrograph.maps().tobytes() + said.encode()).hexdigest()


def key(case: Case) -> str:
    """The name of a case in the file."""
    simulator, seed, kind = case
    return f"{simulator} {seed} {kind}".strip()


def environment() -> dict[str, str]:
    """What the last bits of floating point hang on: libraries, and the instructions that the processor has."""
    versions = {"numpy": np.__version__, "scipy": scipy.__version__, "torch": torch.__version__}
    return versions | {"processor": torch.backends.cpu.get_cpu_capability()}


def write() -> None:
    """Draw every case and write the digests down."""
    torch.set_num_threads(1)
    digests = {key(case): digest(draw(case)) for case in cases()}
    FILE.write_text(json.dumps({"environment": environment(), "digests": digests}, indent=1) + "\n")


if __name__ == "__main__":
    write()
