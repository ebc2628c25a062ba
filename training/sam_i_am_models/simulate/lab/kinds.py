"""The kinds of scenes: name: (function(rng, size) -> Field, share of the micrographs).

Shares need not add up to one.
"""

import numpy as np

from . import classic, coherent, cracks, crystals, hrtem, networks, plain_layers, relief, slopes, supports

KINDS: dict = {
    "classic": (classic.draw, 30.0),
    "coherent": (coherent.draw, 16.0),
    "crystals": (crystals.draw, 12.0),
    "single crystal": (crystals.draw_single, 5.0),
    "plain layers": (plain_layers.draw, 9.0),
    "device": (plain_layers.draw_device, 4.0),
    "slopes": (slopes.draw, 6.0),
    "hrtem": (hrtem.draw, 8.0),
    "supports": (supports.draw, 12.0),
    "networks": (networks.draw, 8.0),
    "cracks": (cracks.draw, 8.0),
    "relief": (relief.draw, 10.0),
}


def draw_kind(rng: np.random.Generator) -> str:
    """The name of one kind, by its share."""
    names = list(KINDS)
    shares = [KINDS[name][1] for name in names]
    return names[int(rng.choice(len(names), p=[share / sum(shares) for share in shares]))]
