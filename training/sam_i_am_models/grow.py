"""A network that goes on from the weights of a narrower or shallower one, as the same function."""

import torch
from torch import nn


def grow(net: nn.Module, state: dict[str, torch.Tensor]) -> None:
    """Load `state`, whose tensors may be smaller than those of `net` in their first two axes (outputs, inputs) or
    missing.

    What the old outputs read of new inputs starts at zero; new outputs stay as `net` has them, as does what `state`
    lacks (such layers must start as the identity). Raises KeyError where `state` holds what `net` does not know.
    """
    own = net.state_dict()
    with torch.no_grad():
        for name, old in state.items():
            new, corner = own[name], tuple(slice(0, n) for n in old.shape[:2])
            if old.dim() > 1:
                new[: old.shape[0]] = 0
            new[corner] = old
