"""Stage 1: the image encoder alone, by the same-material loss on its tokens at three strides and by outlines."""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .affinity import affinity_loss, cell_labels, outline_loss, same_material_auc
from .architectures import ImageEncoder
from .architectures.image_encoder import TOKEN_STRIDE
from .crops import batch, random_crop, scale_grey
from .dataset import IMAGE, MATERIALS, PARTS, Shards
from .loop import Run


STRIDES = (32, 16, 8)
SHARES = (0.6, 1.0, 1.0)  # of the loss, per stride
OUTLINE_SHARE = 1.0


class AffinityModel(nn.Module):
    """The encoder and the scales of its pair logits."""

    def __init__(self, **settings):
        super().__init__()
        self.encoder = ImageEncoder(**settings)
        self.gain, self.offset = nn.Parameter(torch.full((3,), 5.0)), nn.Parameter(torch.full((3,), -2.0))

    def losses(self, images, materials, parts):
        tokens, outlines = self.encoder.dense(images)
        losses = {
            f"affinity_{stride}": share * affinity_loss(own, materials, stride, gain, offset)
            for own, stride, share, gain, offset in zip(tokens, STRIDES, SHARES, self.gain, self.offset)
        }
        return losses | {"outline": OUTLINE_SHARE * outline_loss(outlines, materials, parts, TOKEN_STRIDE)}


def token_auc(encoder, shards: Shards, count: int = 24) -> list[float]:
    """Same-material AUC of the stride-8 tokens (every fourth one) by difficulty class, over whole validation frames."""
    found = {1: [], 2: [], 3: []}
    for index in range(min(count, len(shards))):
        maps, difficulty = shards[index]
        image = torch.from_numpy(scale_grey(maps[IMAGE]))[None, None]
        tokens = encoder(image)[3][0, :, ::4, ::4].flatten(1).T.numpy()
        middle, pure = cell_labels(torch.from_numpy(np.array(maps[MATERIALS]))[None], TOKEN_STRIDE)
        side = maps.shape[-1] // TOKEN_STRIDE
        middle, pure = (t.reshape(side, side)[::4, ::4].flatten().numpy() for t in (middle, pure))
        found[difficulty].append(same_material_auc(tokens[pure], middle[pure]))
    return [round(float(np.nanmean(v)), 3) if v else float("nan") for v in found.values()]


def train(data: Path, checkpoint: Path, steps=1400, crops=8, size=512, rate=1.5e-3, seed=1, watch_every=100) -> Run:
    training, validation = Shards(data / "train"), Shards(data / "validation")
    torch.manual_seed(seed)
    run = Run(AffinityModel().train(), checkpoint, steps, rate, seed)

    def losses(net, rng, step):
        images, labels = batch([random_crop(rng, training, size) for _ in range(crops)])
        return net.losses(images, labels[:, MATERIALS - 1], labels[:, PARTS - 1])

    return run.train(losses, lambda net: print("  token AUC by class", token_auc(net.encoder, validation), flush=True), watch_every)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1400)
    options = parser.parse_args()
    train(options.data, options.checkpoint, options.steps)


if __name__ == "__main__":
    main()
