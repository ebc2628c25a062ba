"""Stage 1: the image encoder alone, by the same-material loss on its tokens at three strides and by outlines.

Most steps see crops, every third one whole frames: there attention spans four times as many tokens, as it does in use.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .affinity import affinity_loss, cell_labels, outline_loss, same_material_auc
from .architectures import ImageEncoder
from .architectures.image_encoder import TOKEN_STRIDE, EncoderSettings
from .crops import CROP_SCALES, batch, random_crop, scale_grey
from .dataset import IMAGE, MATERIALS, PARTS, Shards
from .export import load_sam
from .grow import grow
from .loop import Plan, Run, in_channels_last

STRIDES = (32, 16, 8)
SHARES = (0.6, 1.0, 1.0)  # of the loss, per stride
OUTLINE_SHARE = 1.0
SCALE_RATE = 20.0  # of the learning rate, for the scales of the pair logits
FRAME_EVERY, FRAME_SIZE, FRAME_SCALES = 3, 1024, (1.0, 1.5)


class AffinityModel(nn.Module):
    """The encoder and the scales of its pair logits."""

    def __init__(self, settings: EncoderSettings | None = None) -> None:
        super().__init__()
        self.encoder = ImageEncoder(settings)
        self.gain, self.offset = nn.Parameter(torch.full((3,), 5.0)), nn.Parameter(torch.full((3,), -2.0))

    def losses(self, images: Tensor, materials: Tensor, parts: Tensor, cells: int = 384) -> dict[str, Tensor]:
        """`cells` of an image are compared in pairs.

        A GPU multiplies in bfloat16, which halves what it has to move; the losses are in full precision.
        """
        with torch.autocast(images.device.type, torch.bfloat16, enabled=images.is_cuda):
            tokens, outlines = self.encoder.dense(images)
        tokens, outlines = [own.float() for own in tokens], outlines.float()
        losses = {
            f"affinity_{stride}": share * affinity_loss(own, materials, stride, gain, offset, cells)
            for own, stride, share, gain, offset in zip(tokens, STRIDES, SHARES, self.gain, self.offset, strict=True)
        }
        return losses | {"outline": OUTLINE_SHARE * outline_loss(outlines, materials, parts, TOKEN_STRIDE)}


@torch.no_grad()
def token_auc(encoder: ImageEncoder, shards: Shards, count: int = 24) -> list[float]:
    """Same-material AUC of the stride-8 tokens (every fourth one) by difficulty class, over whole validation frames."""
    device = next(encoder.parameters()).device
    found: dict[int, list[float]] = {1: [], 2: [], 3: []}
    for index in range(min(count, len(shards))):
        maps, difficulty = shards[index]
        image = torch.from_numpy(scale_grey(maps[IMAGE]))[None, None]
        tokens = encoder(image.to(device))[3][0, :, ::4, ::4].flatten(1).T.cpu().numpy()
        middle, pure = cell_labels(torch.from_numpy(np.array(maps[MATERIALS]))[None], TOKEN_STRIDE)
        side = maps.shape[-1] // TOKEN_STRIDE
        middle, pure = (t.reshape(side, side)[::4, ::4].flatten().numpy() for t in (middle, pure))
        found[difficulty].append(same_material_auc(tokens[pure], middle[pure]))
    return [round(float(np.nanmean(v)), 3) if v else float("nan") for v in found.values()]


PLAN = Plan(steps=1400, rate=1.5e-3, seed=1)


def train(
    data: Path,
    checkpoint: Path,
    plan: Plan = PLAN,
    crops: int = 8,
    size: int = 512,
    start: Path | None = None,
) -> Run:
    """`start`: released weights (a file as `checkpoints/shipped.pt`) to go on from; random ones without."""
    training, validation = Shards(data / "train"), Shards(data / "validation")
    torch.manual_seed(plan.seed)
    net = AffinityModel()
    if start:
        grow(net.encoder, load_sam(start)[0].state_dict())
    # Convolutions on CPUs are a third faster with channels last.
    net = in_channels_last(net).train()
    run = Run(net, checkpoint, plan, encoder_groups(net))
    frames = max(1, crops * size**2 // FRAME_SIZE**2)

    def losses(net: AffinityModel, rng: np.random.Generator, step: int) -> dict[str, Tensor]:
        whole = frames > 1 and step % FRAME_EVERY == FRAME_EVERY - 1
        count, side, scales = (frames, FRAME_SIZE, FRAME_SCALES) if whole else (crops, size, CROP_SCALES)
        images, labels = batch([random_crop(rng, training, side, scales) for _ in range(count)])
        return net.losses(images.to(memory_format=torch.channels_last), labels[:, MATERIALS - 1], labels[:, PARTS - 1])

    return run.train(losses, lambda net: print("  token AUC by class", token_auc(net.encoder, validation), flush=True))


def encoder_groups(net: AffinityModel) -> list[dict[str, Any]]:
    return [
        dict(params=list(net.encoder.parameters()), share=1.0),
        dict(params=[net.gain, net.offset], share=SCALE_RATE),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1400)
    parser.add_argument("--start", type=Path, help="released weights to go on from")
    parser.add_argument("--rate", type=float, default=1.5e-3)
    options = parser.parse_args()
    plan = replace(PLAN, steps=options.steps, rate=options.rate)
    train(options.data, options.checkpoint, plan, start=options.start)


if __name__ == "__main__":
    main()
