"""Encoder, mask decoder and IoU head together, from released weights, on micrographs that other processes simulate
beside it.

    python -m sam_i_am_models.train_together --start checkpoints/shipped.pt --frames FRAMES --runs RUNS \\
      --release RELEASE --steps 2000
    python -m sam_i_am_models.train_together ... --device cuda --seconds 430 --batch 16 --prompts 320 \\
      --workers 10 --simulators 12

The same command on a CPU and on a GPU; interrupted, it goes on. Each step sees crops of 512 pixels, every third one
whole frames. One pass of the encoder serves its own losses (same material, outlines) and the mask losses; these have no
gradient into the trunk, which they would make worse at telling materials apart. Batch normalisation keeps its
statistics. At any time the averaged weights are a model that can be released: `--only-release` fits the IoU head on the
last checkpoint and writes it.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from .affinity import affinity_loss, outline_loss
from .architectures.image_encoder import TOKEN_STRIDE
from .architectures.prompt_encoder import POSITION_UNIT
from .crops import Crop, batch, random_crop, scale_grey
from .dataset import IMAGE, MATERIALS, PARTS, Shards
from .from_release import (
    QUALITY_PROMPTS,
    SHARD,
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
from .train_encoder import FRAME_SCALES, FRAME_SIZE, OUTLINE_SHARE, SCALE_RATE, SHARES, STRIDES, AffinityModel
from .train_sam import IOU_HEAD_SHARE, SamModel, is_corrected, mean_losses, prompt_losses

CROP_SIZE, CROP_SCALES, FRAME_EVERY = 512, (0.5, 2.5), 3
CELLS = 512  # of an image, in pairs of which the same-material loss is taken
BUSY_SHARE = 0.6  # of the crops: the one with more parts of two
REFRESH_EVERY = 10
SCALE_FRAMES = 8  # micrographs on which the scales of the pair logits are fitted before the first step
LAB_VALIDATION = 96
SEED = 28


def busy_crop(rng: np.random.Generator, shards: Shards, size: int, scales: tuple[float, float]) -> Crop:
    """A random crop; for a share of them the one of two that shows more parts."""
    crop = random_crop(rng, shards, size, scales)
    if rng.random() >= BUSY_SHARE:
        return crop
    other = random_crop(rng, shards, size, scales)
    return max(crop, other, key=lambda c: len(torch.unique(c.labels[PARTS - MATERIALS])))


def draw_step(
    rng: np.random.Generator, shards: Shards, step: int, frames: int, prompts: int
) -> tuple[Tensor, Tensor, Prompts, bool, Tensor]:
    """What a step sees: images, labels, prompts (as many on each image), whether these are corrected, and where in a
    full frame the images lie (pixels).
    """
    kind, slots = draw_kind(rng)
    whole = step % FRAME_EVERY == FRAME_EVERY - 1
    count, side, scales = (
        (frames, FRAME_SIZE, FRAME_SCALES)
        if whole
        else (frames * (FRAME_SIZE // CROP_SIZE) ** 2, CROP_SIZE, CROP_SCALES)
    )
    crops: list[Crop] = []
    prompted: list[Prompts] = []
    while len(crops) < count:
        crop = busy_crop(rng, shards, side, scales)
        drawn = draw_prompts(rng, crop.labels.numpy(), max(1, prompts // count), kind, slots)
        if drawn is not None:
            crops.append(crop)
            prompted.append(drawn)
    origin = torch.from_numpy(rng.uniform(0, 1, 2).astype(np.float32)) * max(0.0, POSITION_UNIT - side)
    return *batch(crops), Prompts.joined(prompted), is_corrected(rng, kind), origin


class DrawnSteps(IterableDataset):
    """Endless steps, drawn in worker processes; a worker looks for new micrographs now and then."""

    def __init__(self, folder: Path, frames: int, prompts: int, seed: int) -> None:
        self.folder, self.frames, self.prompts, self.seed = folder, frames, prompts, seed

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Prompts, bool, Tensor]]:
        worker = torch.utils.data.get_worker_info()
        own, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        rng, shards, step = np.random.default_rng([self.seed, own]), Shards(self.folder), own
        torch.set_num_threads(1)
        while True:
            if step // workers % REFRESH_EVERY == 0:
                shards.refresh()
            yield draw_step(rng, shards, step // workers, self.frames, self.prompts)
            step += workers


def step_losses(
    net: SamModel, images: Tensor, labels: Tensor, prompts: Prompts, corrected: bool, origin: Tensor
) -> dict[str, Tensor]:
    """Losses of the encoder with gradients into it, and of the decoder with gradients into that and the encoder's
    outputs for it.
    """
    encoder, affinity = net.encoder, net.affinity
    with torch.autocast(images.device.type, torch.bfloat16, enabled=images.is_cuda):
        features = encoder.features(images)
        outlines = encoder.outline_head(features[2])
        tokens = [F.normalize(head(x).float(), dim=1) for head, x in zip(encoder.token_heads, features, strict=True)]
    materials, parts = labels[:, MATERIALS - 1], labels[:, PARTS - 1]
    losses = {
        f"affinity_{stride}": share * affinity_loss(own, materials, stride, gain, offset, CELLS)
        for own, stride, share, gain, offset in zip(
            tokens, STRIDES, SHARES, affinity.gain, affinity.offset, strict=True
        )
    }
    losses["outline"] = OUTLINE_SHARE * outline_loss(outlines.float(), materials, parts, TOKEN_STRIDE)
    for_decoder = list(encoder.heads(*(f.detach().float() for f in features)))
    for_decoder[3:] = [x.detach() for x in for_decoder[3:]]
    return losses | mean_losses(prompt_losses(net.decoder, for_decoder, prompts, corrected, origin))


def groups(net: SamModel, encoder_share: float) -> list[dict[str, Any]]:
    """Parameter groups: the encoder learns at `encoder_share` of the decoder's rate."""
    head = list(net.decoder.iou.parameters())
    rest = [p for name, p in net.decoder.named_parameters() if not name.startswith("iou.")]
    scales = [net.affinity.gain, net.affinity.offset]
    encoder = list(net.encoder.parameters())
    return [
        dict(params=encoder, share=encoder_share),
        dict(params=rest, share=1.0),
        dict(params=head, share=IOU_HEAD_SHARE),
        dict(params=scales, share=SCALE_RATE),
    ]


def fit_scales(affinity: AffinityModel, shards: Shards, rounds: int = 150) -> None:
    """Gain and offset of the pair logits, which released weights don't hold, on the tokens of a few micrographs."""
    device, seen = affinity.gain.device, []
    with torch.no_grad():
        for index in range(min(SCALE_FRAMES, len(shards))):
            maps, _ = shards[index]
            tokens, _ = affinity.encoder.dense(torch.from_numpy(scale_grey(maps[IMAGE]))[None, None].to(device))
            seen.append((tokens, torch.from_numpy(np.array(maps[MATERIALS]))[None].to(device)))
    optimiser = torch.optim.Adam([affinity.gain, affinity.offset], 0.1)
    for round_ in range(rounds):
        tokens, materials = seen[round_ % len(seen)]
        loss: Any = sum(
            affinity_loss(own, materials, s, g, o, CELLS)
            for own, s, g, o in zip(tokens, STRIDES, affinity.gain, affinity.offset, strict=True)
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


def begin(net: SamModel, checkpoint: Path, options: argparse.Namespace, seed: int = SEED) -> Run:
    """The run of `checkpoint` where it stands, or a new one."""
    plan = Plan(
        steps=None if options.seconds else options.steps,
        rate=options.rate,
        seed=seed,
        seconds=options.seconds,
        warm_up=options.warm_up,
        every=25,
        decay=options.decay,
    )
    return Run(net.eval(), checkpoint, plan, groups(net, options.encoder_share))


def train(net: SamModel, folder: Path, checkpoint: Path, options: Any, seed: int = SEED) -> Run:
    """Go on with the run of `checkpoint`, or begin it."""
    shards, device = Shards(folder), torch.device(options.device)
    if not checkpoint.exists():
        fit_scales(net.affinity, shards)
        print("scales of the pair logits", net.affinity.gain.tolist(), net.affinity.offset.tolist(), flush=True)
    run = begin(net, checkpoint, options, seed)
    drawn = None
    if options.loaders:
        loader = DataLoader(
            DrawnSteps(folder, options.batch, options.prompts, seed + run.step),
            batch_size=None,
            num_workers=options.loaders,
            prefetch_factor=2,
        )
        drawn = iter(loader)

    def losses(net: SamModel, rng: np.random.Generator, step: int) -> dict[str, Tensor]:
        if drawn is None and step % REFRESH_EVERY == 0:
            shards.refresh()
        images, labels, prompts, corrected, origin = (
            next(drawn) if drawn is not None else draw_step(rng, shards, step, options.batch, options.prompts)
        )
        images, labels = images.to(device, memory_format=torch.channels_last), labels.to(device)
        return step_losses(net, images, labels, prompts, corrected, origin.to(device))

    return run.train(losses)


def parse() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seconds", type=float, help="a span of time in place of --steps")
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--encoder-share", type=float, default=0.75, help="of the rate, for the encoder")
    parser.add_argument("--decay", type=float, default=0.995, help="of the averaged weights")
    parser.add_argument("--warm-up", type=int, default=60, help="steps over which the rate rises")
    parser.add_argument(
        "--batch", type=int, default=1, help="frames of 1024 x 1024 in a step, or four times as many crops"
    )
    parser.add_argument("--prompts", type=int, default=48, help="prompts in a step")
    parser.add_argument("--first", type=int, default=30_000, help="first seed of the training micrographs")
    parser.add_argument("--most", type=int, default=2000, help="micrographs at most")
    parser.add_argument(
        "--simulators",
        type=int,
        default=1,
        help="processes that simulate beside the training; 0: what is in --frames has to do",
    )
    parser.add_argument(
        "--workers",
        dest="loaders",
        type=int,
        default=0,
        help="processes that draw crops and prompts (a GPU waits for them)",
    )
    parser.add_argument(
        "--quality-frames", type=int, default=240, help="micrographs from which the IoU head learns at the end"
    )
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--only-release",
        action="store_true",
        help="no more steps: the IoU head on the last checkpoint, and the release",
    )
    return parser.parse_args()


def finish(net: SamModel, run: Run, options: Any) -> None:
    """The IoU head anew on the averaged weights, and the release."""
    net.load_state_dict(run.average)
    write(net.eval(), options.release, "decoder")
    train_head(net, options.frames, options.quality_frames, QUALITY_PROMPTS, options.loaders)
    write(net, options.release, "together")


def main() -> None:
    options = parse()
    settle()
    began, checkpoint = time.time(), options.runs / "together.pt"
    net = start(options.start, options.device)
    if options.only_release:
        finish(net, begin(net, checkpoint, options), options)
        return
    simulator = (
        simulate_beside(options.frames, options.first, options.most, options.simulators, options.lab, LAB_VALIDATION)
        if options.simulators
        else None
    )
    with ending(simulator):
        if simulator:
            wait_for(Shards(options.frames / "train"), 2 * SHARD, simulator)
        print(f"{time.time() - began:.0f} s: training begins", flush=True)
        run = train(net, options.frames / "train", checkpoint, options)
    finish(net, run, options)


if __name__ == "__main__":
    main()
