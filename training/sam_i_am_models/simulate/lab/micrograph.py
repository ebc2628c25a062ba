"""One micrograph of the broad simulator from one seed."""

import numpy as np

from ..micrograph import Micrograph, simulate
from .develop import develop
from .kinds import KINDS, draw_kind

LAB_SHARE = 0.6  # of the training micrographs


def simulate_lab(seed: int, size: int = 1024, kind: str | None = None) -> Micrograph:
    """Draw the lab micrograph of `seed`; the same arguments give the same bytes.

    `kind`: one of `kinds.KINDS`, by default drawn from the seed.
    """
    rng = np.random.default_rng([seed, 28])
    drawn = draw_kind(rng)
    kind = kind or drawn
    return develop(rng, KINDS[kind][0](rng, size), {"seed": seed, "kind": kind})


def simulate_mixed(seed: int, size: int = 1024, share: float = LAB_SHARE) -> Micrograph:
    """A lab micrograph for a `share` of the seeds, one of `simulate` for the others."""
    lab = np.random.default_rng([seed, 29]).random() < share
    return simulate_lab(seed, size) if lab else simulate(seed, size)
