"""The encoder, the mask decoder and its IoU head on one GPU in minutes: other cores simulate micrographs while it trains.

    python -m sam_i_am_models.train_on_gpu --start checkpoints/shipped.pt --frames /dev/shm/frames --runs runs --release runs/released

Each stage gets a span of time, so what comes out depends on the machine; the stages are those of the recipe, on whole frames.
"""

import argparse
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset

from .crops import CROP_SCALES, batch, random_crop
from .dataset import MATERIALS, PARTS, Shards
from .export import load_sam
from .grow import grow
from .loop import Run
from .prompts import Prompts, draw_kind, draw_prompts
from .resident import ResidentShards
from .simulate.lab import LAB_SHARE
from .train_encoder import FRAME_SCALES, FRAME_SIZE, AffinityModel, encoder_groups, token_auc
from .train_quality import figures, fit, gather
from .train_sam import (
    SamModel,
    decoder_groups,
    is_corrected,
    mean_losses,
    outputs_for_decoder,
    point_iou,
    prompt_losses,
    write_release,
)

ENCODER_RATE, DECODER_RATE, DECAY = 2e-3, 8e-4, 0.998
CROP_SIZE, CROP_EVERY = 512, 3  # every third step of the encoder sees crops, as many pixels as whole frames have
CELLS = 768  # of an image, in pairs of which the same-material loss is taken
QUALITY_PROMPTS = 64  # of a frame from which the IoU head learns
READ_EVERY = 5  # steps after which new micrographs are looked for
SHARD, VALIDATION = 8, 48


def simulate_beside(folder: Path, first: int, count: int, workers: int, lab: float = 0.0, lab_validation: int = 0) -> subprocess.Popen:
    """Start the simulator in processes of its own: `count` micrographs for training, by `workers` processes, and those for validation.

    `lab`: share of the broad simulator's micrographs; `lab_validation`: how many of them for validation.
    """
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    simulator = f"{sys.executable} -m sam_i_am_models.dataset {shlex.quote(str(folder))} --shard {SHARD}"
    for_validation = f"{simulator} --train 0 --validation {VALIDATION} --lab-validation {lab_validation} --workers {min(3, workers)}"
    command = f"{for_validation} & {simulator} --validation 0 --train {count} --first {first} --workers {workers} --lab {lab}"
    return subprocess.Popen(command + "; wait", shell=True, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)


def wait_for(shards: ResidentShards, count: int, simulator: subprocess.Popen) -> None:
    """Until `count` micrographs are there; an error where the simulator has ended with fewer."""
    ended = False
    while len(shards) < count:
        if ended:
            raise RuntimeError(f"The simulator ended after {len(shards)} micrographs of {count}: what it printed says why.")
        time.sleep(0.5)
        ended = simulator.poll() is not None
        shards.refresh()


def end(simulator: subprocess.Popen) -> None:
    """Stop the simulator and its workers."""
    if simulator.poll() is None:
        os.killpg(simulator.pid, signal.SIGKILL)


def train_encoder(net: AffinityModel, shards: ResidentShards, checkpoint: Path, seconds: float, frames: int, seed=11) -> Run:
    run = Run(net.train(), checkpoint, None, ENCODER_RATE, seed, groups=encoder_groups(net), warm_up=100, every=100, seconds=seconds, decay=DECAY)
    in_crops = frames * (FRAME_SIZE // CROP_SIZE) ** 2

    def losses(net, rng, step):
        if step % READ_EVERY == 0:
            shards.refresh(2)
        cropped = step % CROP_EVERY == CROP_EVERY - 1
        count, side, scales = (in_crops, CROP_SIZE, CROP_SCALES) if cropped else (frames, FRAME_SIZE, FRAME_SCALES)
        images, labels = batch([random_crop(rng, shards, side, scales) for _ in range(count)])
        return net.losses(images.to(memory_format=torch.channels_last), labels[:, MATERIALS - 1], labels[:, PARTS - 1], CELLS)

    return run.train(losses)


class PromptedFrames(IterableDataset):
    """Endless steps: `frames` frames (frames, 1, size, size), prompts of one kind, `count` on each, and whether these are corrected; drawn in worker processes."""

    def __init__(self, folder: Path, frames: int, count: int, seed: int):
        self.folder, self.frames, self.count, self.seed = folder, frames, count, seed

    def __iter__(self):
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        shards = Shards(self.folder)
        torch.set_num_threads(1)
        while True:
            kind, slots = draw_kind(rng)
            drawn = [self._draw(rng, shards, kind, slots) for _ in range(self.frames)]
            yield torch.stack([image for image, _ in drawn]), Prompts.joined([prompts for _, prompts in drawn]), is_corrected(rng, kind)

    def _draw(self, rng, shards: Shards, kind: str, slots: int):
        while True:
            crop = random_crop(rng, shards, FRAME_SIZE, FRAME_SCALES)
            prompts = draw_prompts(rng, crop.labels.numpy(), self.count, kind, slots)
            if prompts is not None:
                return crop.image, prompts


def train_decoder(net: SamModel, folder: Path, checkpoint: Path, seconds: float, frames: int, count: int, workers: int, seed=12) -> Run:
    """The trunk of the encoder stays as it is."""
    run = Run(net.eval(), checkpoint, None, DECODER_RATE, seed, groups=decoder_groups(net), every=100, seconds=seconds, decay=DECAY)
    drawn = iter(DataLoader(PromptedFrames(folder, frames, count, seed), batch_size=None, num_workers=workers, prefetch_factor=2))
    device = next(net.parameters()).device

    def losses(net, rng, step):
        images, prompts, corrected = next(drawn)
        images = images.to(device, memory_format=torch.channels_last)
        return mean_losses(prompt_losses(net.decoder, outputs_for_decoder(net.encoder, images), prompts, corrected))

    return run.train(losses)


def train_head(net: SamModel, folder: Path, frames: int, count: int, workers: int) -> None:
    """The IoU head anew on the finished decoder; `net` is changed in place."""
    for layer in net.decoder.iou:
        if hasattr(layer, "reset_parameters"):
            layer.reset_parameters()
    features, truth = gather(net, Shards(folder / "train"), frames, count, seed=1, workers=workers)
    fit(net.decoder.iou, features, truth)
    print("IoU head", figures(net.decoder.iou, features, truth), flush=True)
    for name in ("validation", "lab_validation"):
        validation = Shards(folder / name)
        if len(validation):
            kept = gather(net, validation, len(validation), count, seed=0, workers=min(workers, 4))
            print(name, figures(net.decoder.iou, *kept), flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", type=Path, required=True, help="released weights to go on from")
    parser.add_argument("--frames", type=Path, required=True, help="folder for simulated micrographs, best in memory (5 MB each)")
    parser.add_argument("--runs", type=Path, required=True, help="folder of checkpoints")
    parser.add_argument("--release", type=Path, required=True, help="folder to write the weights to, in half precision: encoder.pt, decoder.pt and sam.pt after the three stages")
    parser.add_argument("--first", type=int, default=10_000, help="first seed of the training micrographs")
    parser.add_argument("--most", type=int, default=7000, help="micrographs at most; they lie in the memory of the GPU, too")
    parser.add_argument("--lab", type=float, default=LAB_SHARE, help="share of the broad simulator's micrographs")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    parser.add_argument("--encoder-seconds", type=float, default=280, help="of training the encoder")
    parser.add_argument("--decoder-seconds", type=float, default=290, help="of training the decoder")
    parser.add_argument("--batch", type=int, default=24, help="frames in a step of the encoder")
    parser.add_argument("--prompted", type=int, default=16, help="frames in a step of the decoder")
    parser.add_argument("--prompts", type=int, default=24, help="prompts of such a frame")
    parser.add_argument("--quality-frames", type=int, default=1800, help="frames from which the IoU head learns")
    return parser.parse_args()


def grown(start: Path) -> SamModel:
    """The networks with the weights of a release that may be smaller."""
    net = SamModel()
    for own, released in zip((net.encoder, net.decoder), load_sam(start)):
        grow(own, released.state_dict())
    net.decoder.logit_gain.fill_(1.0)
    return net


def train(options, simulator: subprocess.Popen) -> None:
    began, frames = time.time(), options.frames

    def say(text):
        print(f"{time.time() - began:.0f} s: {text}", flush=True)

    def release(name):
        options.release.mkdir(parents=True, exist_ok=True)
        write_release(net, options.release / f"{name}.pt", dtype=torch.float16)

    net = grown(options.start).to(options.device).to(memory_format=torch.channels_last)
    shards = ResidentShards(frames / "train", options.device, options.most)
    wait_for(shards, 2 * SHARD, simulator)
    say(f"{len(shards)} micrographs")
    run = train_encoder(net.affinity, shards, options.runs / "encoder.pt", options.encoder_seconds, options.batch)
    net.affinity.load_state_dict(run.average)
    validation = Shards(frames / "validation")
    say(f"{run.step} steps on {len(shards)} micrographs, token AUC by class {token_auc(net.encoder.eval(), validation, len(validation))}")
    release("encoder")
    end(simulator)
    del shards
    torch.cuda.empty_cache()
    run = train_decoder(net, frames / "train", options.runs / "joint.pt", options.decoder_seconds, options.prompted, options.prompts, options.workers - 1)
    net.load_state_dict(run.average)
    release("decoder")
    with torch.no_grad():
        say(f"{run.step} steps, one-point IoU {point_iou(net.eval(), validation, len(validation))}")
    train_head(net, frames, options.quality_frames, QUALITY_PROMPTS, options.workers - 1)
    release("sam")
    say("done")


def main():
    options = parse()
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.multiprocessing.set_sharing_strategy("file_system")
    torch.manual_seed(1)
    simulator = simulate_beside(options.frames, options.first, options.most, options.workers, options.lab)
    try:
        train(options, simulator)
    finally:
        end(simulator)


if __name__ == "__main__":
    main()
