"""The encoder, the mask decoder and its IoU head on one GPU in minutes: other cores simulate micrographs while it
trains.

    python -m sam_i_am_models.train_on_gpu --start checkpoints/shipped.pt --frames /dev/shm/frames --runs RUNS \\
      --release RELEASE

Each stage gets a span of time, so what comes out depends on the machine; the stages are those of the recipe, on whole
frames.
"""

import argparse
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from .crops import CROP_SCALES, batch, random_crop
from .dataset import MATERIALS, PARTS, Shards
from .from_release import (
    QUALITY_PROMPTS,
    SHARD,
    end,
    ending,
    parser_of,
    settle,
    simulate_beside,
    start,
    train_head,
    wait_for,
    write,
)
from .loop import Plan, Run
from .prompts import Prompts, draw_kind, draw_prompts
from .resident import ResidentShards
from .train_encoder import FRAME_SCALES, FRAME_SIZE, AffinityModel, encoder_groups, token_auc
from .train_sam import (
    SamModel,
    decoder_groups,
    is_corrected,
    mean_losses,
    outputs_for_decoder,
    point_iou,
    prompt_losses,
)

ENCODER_RATE, DECODER_RATE, DECAY = 2e-3, 8e-4, 0.998
CROP_SIZE, CROP_EVERY = 512, 3  # every third step of the encoder sees crops, as many pixels as whole frames have
CELLS = 768  # of an image, in pairs of which the same-material loss is taken
READ_EVERY = 5  # steps after which new micrographs are looked for


def train_encoder(
    net: AffinityModel, shards: ResidentShards, checkpoint: Path, seconds: float, frames: int, seed: int = 11
) -> Run:
    plan = Plan(None, ENCODER_RATE, seed, seconds, warm_up=100, every=100, decay=DECAY)
    run = Run(net.train(), checkpoint, plan, encoder_groups(net))
    in_crops = frames * (FRAME_SIZE // CROP_SIZE) ** 2

    def losses(net: Any, rng: np.random.Generator, step: int) -> dict[str, Tensor]:
        if step % READ_EVERY == 0:
            shards.refresh(2)
        cropped = step % CROP_EVERY == CROP_EVERY - 1
        count, side, scales = (in_crops, CROP_SIZE, CROP_SCALES) if cropped else (frames, FRAME_SIZE, FRAME_SCALES)
        images, labels = batch([random_crop(rng, shards, side, scales) for _ in range(count)])
        return net.losses(
            images.to(memory_format=torch.channels_last), labels[:, MATERIALS - 1], labels[:, PARTS - 1], CELLS
        )

    return run.train(losses)


class PromptedFrames(IterableDataset):
    """Endless steps: `frames` frames (frames, 1, size, size), prompts of one kind, `count` on each, and whether these
    are corrected; drawn in worker processes.
    """

    def __init__(self, folder: Path, frames: int, count: int, seed: int) -> None:
        self.folder, self.frames, self.count, self.seed = folder, frames, count, seed

    def __iter__(self) -> Iterator[Any]:
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        shards = Shards(self.folder)
        torch.set_num_threads(1)
        while True:
            kind, slots = draw_kind(rng)
            drawn = [self._draw(rng, shards, kind, slots) for _ in range(self.frames)]
            yield (
                torch.stack([image for image, _ in drawn]),
                Prompts.joined([prompts for _, prompts in drawn]),
                is_corrected(rng, kind),
            )

    def _draw(self, rng: np.random.Generator, shards: Shards, kind: str, slots: int) -> tuple[Tensor, Prompts]:
        while True:
            crop = random_crop(rng, shards, FRAME_SIZE, FRAME_SCALES)
            prompts = draw_prompts(rng, crop.labels.numpy(), self.count, kind, slots)
            if prompts is not None:
                return crop.image, prompts


@dataclass(frozen=True)
class Loading:
    """What a step of the decoder sees, `frames` with `count` prompts each, and how many processes draw it."""

    frames: int
    count: int
    workers: int


def train_decoder(
    net: SamModel, folder: Path, checkpoint: Path, seconds: float, loading: Loading, seed: int = 12
) -> Run:
    """The trunk of the encoder stays as it is."""
    plan = Plan(None, DECODER_RATE, seed, seconds, every=100, decay=DECAY)
    run = Run(net.eval(), checkpoint, plan, decoder_groups(net))
    frames = PromptedFrames(folder, loading.frames, loading.count, seed)
    drawn = iter(DataLoader(frames, batch_size=None, num_workers=loading.workers, prefetch_factor=2))
    device = next(net.parameters()).device

    def losses(net: Any, rng: np.random.Generator, step: int) -> dict[str, Tensor]:
        images, prompts, corrected = next(drawn)
        images = images.to(device, memory_format=torch.channels_last)
        return mean_losses(prompt_losses(net.decoder, outputs_for_decoder(net.encoder, images), prompts, corrected))

    return run.train(losses)


def parse() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--first", type=int, default=10_000, help="first seed of the training micrographs")
    parser.add_argument(
        "--most", type=int, default=7000, help="micrographs at most; they lie in the memory of the GPU, too"
    )
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    parser.add_argument("--encoder-seconds", type=float, default=280, help="of training the encoder")
    parser.add_argument("--decoder-seconds", type=float, default=290, help="of training the decoder")
    parser.add_argument("--batch", type=int, default=24, help="frames in a step of the encoder")
    parser.add_argument("--prompted", type=int, default=16, help="frames in a step of the decoder")
    parser.add_argument("--prompts", type=int, default=24, help="prompts of such a frame")
    parser.add_argument("--quality-frames", type=int, default=1800, help="frames from which the IoU head learns")
    return parser.parse_args()


def train(options: argparse.Namespace, simulator: subprocess.Popen) -> None:
    began, frames = time.time(), options.frames

    def say(text: str) -> None:
        print(f"{time.time() - began:.0f} s: {text}", flush=True)

    def release(name: str) -> None:
        write(net, options.release, name)

    net = start(options.start, options.device)
    shards = ResidentShards(frames / "train", options.device, options.most)
    wait_for(shards, 2 * SHARD, simulator)
    say(f"{len(shards)} micrographs")
    run = train_encoder(net.affinity, shards, options.runs / "encoder.pt", options.encoder_seconds, options.batch)
    net.affinity.load_state_dict(run.average)
    validation = Shards(frames / "validation")
    by_class = token_auc(net.encoder.eval(), validation, len(validation))
    say(f"{run.step} steps on {len(shards)} micrographs, token AUC by class {by_class}")
    release("encoder")
    end(simulator)
    del shards
    torch.cuda.empty_cache()
    loading = Loading(options.prompted, options.prompts, options.workers - 1)
    run = train_decoder(net, frames / "train", options.runs / "joint.pt", options.decoder_seconds, loading)
    net.load_state_dict(run.average)
    release("decoder")
    with torch.no_grad():
        say(f"{run.step} steps, one-point IoU {point_iou(net.eval(), validation, len(validation))}")
    train_head(net, frames, options.quality_frames, QUALITY_PROMPTS, options.workers - 1)
    release("sam")
    say("done")


def main() -> None:
    options = parse()
    settle()
    simulator = simulate_beside(options.frames, options.first, options.most, options.workers, options.lab)
    with ending(simulator):
        train(options, simulator)


if __name__ == "__main__":
    main()
