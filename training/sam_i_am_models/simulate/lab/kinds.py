"""The kinds of scenes: name: (function(rng, size) -> Field, share of the micrographs). Shares need not add up to one."""

from . import classic

KINDS: dict = {
    "classic": (classic.draw, 30.0),
}


def draw_kind(rng) -> str:
    """The name of one kind, by its share."""
    names = list(KINDS)
    shares = [KINDS[name][1] for name in names]
    return names[int(rng.choice(len(names), p=[share / sum(shares) for share in shares]))]
