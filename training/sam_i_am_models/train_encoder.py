"""Stage 1: the image encoder alone, by the same-material loss on its tokens at strides 16 and 8."""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .affinity import affinity_loss, cell_labels, same_material_auc
from .architectures import ImageEncoder
from .crops import batch, random_crop, scale_grey
from .dataset import IMAGE, MATERIALS, Shards
from .loop import Run


class AffinityModel(nn.Module):
    """The encoder and the scales of its pair logits."""

    def __init__(self, **settings):
        super().__init__()
        self.encoder = ImageEncoder(**settings)
        self.gain, self.offset = nn.Parameter(torch.tensor([5.0, 5.0])), nn.Parameter(torch.tensor([-2.0, -2.0]))

    def losses(self, images, materials):
        coarse, fine = self.encoder.affinity_tokens(images)
        return {
            "affinity_16": affinity_loss(coarse, materials, 16, self.gain[0], self.offset[0]),
            "affinity_8": 0.7 * affinity_loss(fine, materials, 8, self.gain[1], self.offset[1]),
        }


def token_auc(encoder, shards: Shards, count: int = 24) -> list[float]:
    """Same-material AUC of the stride-8 tokens (every second one) by difficulty class, over whole validation frames."""
    found = {1: [], 2: [], 3: []}
    for index in range(min(count, len(shards))):
        maps, difficulty = shards[index]
        image = torch.from_numpy(scale_grey(maps[IMAGE]))[None, None]
        tokens = encoder(image)[3][0, :, ::2, ::2].flatten(1).T.numpy()
        middle, pure = cell_labels(torch.from_numpy(np.array(maps[MATERIALS]))[None], 8)
        side = maps.shape[-1] // 8
        middle, pure = (t.reshape(side, side)[::2, ::2].flatten().numpy() for t in (middle, pure))
        found[difficulty].append(same_material_auc(tokens[pure], middle[pure]))
    return [round(float(np.nanmean(v)), 3) if v else float("nan") for v in found.values()]


def train(data: Path, checkpoint: Path, steps=700, crops=12, size=256, rate=1.5e-3, seed=1, watch_every=100) -> Run:
    training, validation = Shards(data / "train"), Shards(data / "validation")
    torch.manual_seed(seed)
    run = Run(AffinityModel().train(), checkpoint, steps, rate, seed)

    def losses(net, rng, step):
        images, labels = batch([random_crop(rng, training, size) for _ in range(crops)])
        return net.losses(images, labels[:, MATERIALS - 1])

    return run.train(losses, lambda net: print("  token AUC by class", token_auc(net.encoder, validation), flush=True), watch_every)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=700)
    options = parser.parse_args()
    train(options.data, options.checkpoint, options.steps)


if __name__ == "__main__":
    main()
