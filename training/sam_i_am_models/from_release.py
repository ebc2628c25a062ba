"""How training further from released weights starts and ends: the same for `train_on_gpu` and `train_together`.

It starts with the networks of a release and a simulator in processes beside the training; it ends with the IoU head,
fitted anew, and weights in half precision.
"""

import argparse
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import nn

from .dataset import Shards
from .export import load_sam
from .grow import grow
from .loop import in_channels_last
from .resident import ResidentShards
from .simulate.lab import LAB_SHARE
from .train_quality import figures, fit, gather
from .train_sam import SamModel, write_release

SHARD, VALIDATION = 8, 48  # micrographs in a file of the simulator beside the training, and for validation
QUALITY_PROMPTS = 64  # of a frame from which the IoU head learns


def parser_of(description: str | None) -> argparse.ArgumentParser:
    """A parser with the options that every such training has; each adds its own."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", type=Path, required=True, help="released weights to go on from")
    parser.add_argument(
        "--frames",
        type=Path,
        required=True,
        help="folder of simulated micrographs (5 MB each), for a GPU best in memory; what is there is used, too",
    )
    parser.add_argument("--runs", type=Path, required=True, help="folder of checkpoints; keep it to resume")
    parser.add_argument("--release", type=Path, required=True, help="folder to write the weights to, in half precision")
    parser.add_argument("--lab", type=float, default=LAB_SHARE, help="share of the broad simulator's micrographs")
    return parser


def settle() -> None:
    """What has to be set in the process before training: exact enough products on GPUs, tensors shared by files."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.multiprocessing.set_sharing_strategy("file_system")
    torch.manual_seed(1)


def grown(start: Path) -> SamModel:
    """The networks with the weights of a release that may be smaller."""
    net = SamModel()
    encoder, decoder = load_sam(start)
    grow(net.encoder, encoder.state_dict())
    grow(net.decoder, decoder.state_dict())
    net.decoder.logit_gain.fill_(1.0)
    return net


def start(release: Path, device: str) -> SamModel:
    """The networks of a release on the device that trains them."""
    return in_channels_last(grown(release).to(device))


def simulate_beside(
    folder: Path, first: int, count: int, workers: int, lab: float = 0.0, lab_validation: int = 0
) -> subprocess.Popen:
    """Start the simulator in processes of its own:

    `count` micrographs for training, by `workers` processes, and those for validation.

    `lab`: share of the broad simulator's micrographs; `lab_validation`: how many of them for validation.
    """
    environment = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    simulator = f"{sys.executable} -m sam_i_am_models.dataset {shlex.quote(str(folder))} --shard {SHARD}"
    for_validation = (
        f"{simulator} --train 0 --validation {VALIDATION} --lab-validation {lab_validation} --workers {min(3, workers)}"
    )
    command = (
        f"{for_validation} & {simulator} --validation 0 --train {count} --first {first} --workers {workers} --lab {lab}"
    )
    return subprocess.Popen(
        command + "; wait", shell=True, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    )


def wait_for(shards: Shards | ResidentShards, count: int, simulator: subprocess.Popen) -> None:
    """Until `count` micrographs are there; an error where the simulator has ended with fewer."""
    ended = False
    while len(shards) < count:
        if ended:
            raise RuntimeError(
                f"The simulator ended after {len(shards)} micrographs of {count}: what it printed says why."
            )
        time.sleep(0.5)
        ended = simulator.poll() is not None
        shards.refresh()


def end(simulator: subprocess.Popen) -> None:
    """Stop the simulator and its workers."""
    if simulator.poll() is None:
        os.killpg(simulator.pid, signal.SIGKILL)


@contextmanager
def ending(simulator: subprocess.Popen | None) -> Iterator[None]:
    """Whatever happens inside, the simulator is stopped in the end."""
    try:
        yield
    finally:
        if simulator:
            end(simulator)


def train_head(net: SamModel, folder: Path, frames: int, count: int, workers: int) -> None:
    """The IoU head anew on the finished decoder; `net` is changed in place."""
    for layer in net.decoder.iou:
        if isinstance(layer, nn.Linear | nn.LayerNorm):
            layer.reset_parameters()
    features, truth = gather(net, Shards(folder / "train"), frames, count, seed=1, workers=workers)
    fit(net.decoder.iou, features, truth)
    print("IoU head", figures(net.decoder.iou, features, truth), flush=True)
    for name in ("validation", "lab_validation"):
        validation = Shards(folder / name)
        if len(validation):
            kept = gather(net, validation, len(validation), count, seed=0, workers=min(workers, 4))
            print(name, figures(net.decoder.iou, *kept), flush=True)


def write(net: SamModel, folder: Path, name: str) -> None:
    """The weights as `folder`/`name`.pt, in half precision."""
    folder.mkdir(parents=True, exist_ok=True)
    write_release(net, folder / f"{name}.pt", dtype=torch.float16)
