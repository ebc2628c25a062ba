"""What every training run shares: schedule, moving average of the weights, checkpoints, resume.

A run is a number of steps. Step s draws its data from a generator seeded with (run seed, s), so that a run that was
interrupted continues as if it had not been. A run may also be a span of time (`seconds`), for a machine that is lent.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import nn

# losses(net, generator, step) by name; those whose name starts with _ are reported, not trained
Losses = Callable[[Any, np.random.Generator, int], dict[str, torch.Tensor]]
Watch = Callable[[Any], None]
Net = TypeVar("Net", bound=nn.Module)

EMA_DECAY = 0.995


@dataclass(frozen=True)
class Plan:
    """How long a run takes, how fast it learns, and what it draws.

    `seconds`: end after so much time instead of `steps`; the schedule follows the clock.
    """

    steps: int | None
    rate: float
    seed: int
    seconds: float | None = None
    warm_up: int = 40  # steps over which the rate rises
    weight_decay: float = 0.02
    decay: float = EMA_DECAY  # of the averaged weights
    every: int = 50  # steps between checkpoints
    watch_every: int = 100  # steps between figures on the averaged weights


def in_channels_last(net: Net) -> Net:
    """The same network with channels last in memory: convolutions are faster so."""
    to: Any = net.to  # the overload with a memory format gives no type
    return to(memory_format=torch.channels_last)


class Run:
    """Trains `net` (one module that holds everything) by a plan.

    `groups`: the optimiser's parameter groups, each with a `share` of the learning rate; all of `net` without.
    """

    def __init__(
        self, net: nn.Module, checkpoint: Path, plan: Plan, groups: list[dict[str, Any]] | None = None
    ) -> None:
        self.net, self.checkpoint, self.plan = net, Path(checkpoint), plan
        self.step, self.seconds = 0, 0.0
        self.optimiser = torch.optim.AdamW(
            groups or net.parameters(), plan.rate, weight_decay=plan.weight_decay, betas=(0.9, 0.98)
        )
        self.average = {k: v.clone() for k, v in net.state_dict().items()}
        self.means: dict[str, torch.Tensor] = {}
        if self.checkpoint.exists():
            self._resume()

    def _resume(self) -> None:
        state = torch.load(self.checkpoint, map_location=next(self.net.parameters()).device, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.average, self.step, self.seconds = state["average"], state["step"], state["seconds"]
        print(f"resumed {self.checkpoint} at step {self.step}", flush=True)

    def save(self) -> None:
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        state = dict(net=self.net.state_dict(), optimiser=self.optimiser.state_dict(), average=self.average)
        unfinished = self.checkpoint.with_suffix(".part")
        torch.save(state | dict(step=self.step, seconds=self.seconds), unfinished)
        os.replace(unfinished, self.checkpoint)

    @property
    def progress(self) -> float:
        """How much of the run is done, 0 to 1."""
        if self.plan.seconds:
            return self.seconds / self.plan.seconds
        assert self.plan.steps is not None, "a plan has steps or seconds"
        return self.step / self.plan.steps

    def _schedule(self) -> None:
        rise = min(1.0, (self.step + 1) / self.plan.warm_up)
        fall = 0.5 * (1 + math.cos(math.pi * min(1.0, self.progress))) + 0.02
        for group in self.optimiser.param_groups:
            group["lr"] = self.plan.rate * rise * fall * group.get("share", 1.0)

    def _update_average(self) -> None:
        decay = min(self.plan.decay, (self.step + 1) / (self.step + 10))
        own = self.net.state_dict()
        floating = [name for name, value in own.items() if value.dtype.is_floating_point]
        with torch.no_grad():
            torch._foreach_lerp_([self.average[name] for name in floating], [own[name] for name in floating], 1 - decay)
            for name in own.keys() - set(floating):
                self.average[name].copy_(own[name])

    def train(self, losses: Losses, watch: Watch | None = None) -> Run:
        """`losses(net, rng, step)` returns named losses, summed;

        `watch(net)` prints figures on the averaged weights.
        """
        while self.progress < 1:
            started = time.time()
            torch.manual_seed(self.plan.seed * 1_000_003 + self.step)
            self._schedule()
            named = losses(self.net, np.random.default_rng([self.plan.seed, self.step]), self.step)
            total: Any = sum(v for k, v in named.items() if not k.startswith("_"))
            self.optimiser.zero_grad(set_to_none=True)
            total.backward()
            nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
            self.optimiser.step()
            self._update_average()
            self.step += 1
            self.seconds += time.time() - started
            for name, value in named.items():
                value = value.detach()
                self.means[name] = 0.97 * self.means.get(name, value) + 0.03 * value
            if self.step % self.plan.every == 0 or self.progress >= 1:
                self.report()
                self.save()
            if watch and (self.step % self.plan.watch_every == 0 or self.progress >= 1):
                self.with_average(watch)
        return self

    def report(self) -> None:
        figures = " ".join(f"{k.lstrip('_')} {float(v):.3f}" for k, v in self.means.items())
        print(f"step {self.step} ({self.progress:.0%}) {self.seconds / 60:.1f} min {figures}", flush=True)

    def with_average(self, action: Callable[[Any], Any]) -> Any:
        """Run `action(net)` with the averaged weights in evaluation mode, then restore."""
        own = {k: v.clone() for k, v in self.net.state_dict().items()}
        training = self.net.training
        self.net.load_state_dict(self.average)
        self.net.eval()
        with torch.no_grad():
            result = action(self.net)
        self.net.load_state_dict(own)
        self.net.train(training)
        return result
