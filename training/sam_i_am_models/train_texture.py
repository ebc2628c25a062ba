"""Texture encoder: supervised contrastive loss over groups of materials that share imaging conditions."""

import argparse
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from .architectures import FractalTextureEncoder, TextureEncoder
from .architectures.texture_encoder import CROP
from .loop import Run
from .texture_crops import MATERIALS_PER_GROUP, draw_group

TEMPERATURE = 0.1
NEAR_WEIGHT = 3.0  # weight of negatives from the same group
ENCODERS = {"plain": TextureEncoder, "fractal": FractalTextureEncoder}


class TextureModel(nn.Module):
    """The encoder, and scale and offset of the answer "same material?" of one micrograph's mean embeddings."""

    def __init__(self, encoder="plain"):
        super().__init__()
        self.texture = ENCODERS[encoder]()
        self.gain, self.offset = nn.Parameter(torch.tensor(8.0)), nn.Parameter(torch.tensor(-5.0))


def contrastive_loss(embeddings, materials, groups):
    """Supervised contrastive loss; all of (n, d), (n,), (n,). Negatives of the same group weigh more."""
    similarity = embeddings @ embeddings.T / TEMPERATURE
    own = torch.eye(len(embeddings), dtype=torch.bool)
    same = (materials[:, None] == materials[None]) & ~own
    weight = torch.where((groups[:, None] == groups[None]) & ~same, NEAR_WEIGHT, 1.0).masked_fill(own, 0)
    total = (similarity.exp() * weight).sum(1, keepdim=True).log()
    return -((similarity - total) * same).sum(1).div(same.sum(1)).mean()


def answer_loss(net, embeddings):
    """Cross-entropy of one threshold for all groups on half means: embeddings (groups, materials, crops, d)."""
    half = embeddings.shape[2] // 2
    first = F.normalize(embeddings[:, :, :half].mean(2), dim=-1)
    second = F.normalize(embeddings[:, :, half:].mean(2), dim=-1)
    logits = (first @ second.transpose(1, 2)) * net.gain.clamp(1, 40) + net.offset
    same = torch.eye(MATERIALS_PER_GROUP).expand_as(logits)
    weight = torch.where(same > 0, 1.0, 1.0 / (MATERIALS_PER_GROUP - 1))
    return F.binary_cross_entropy_with_logits(logits, same, weight=weight)


def train(checkpoint: Path, steps=700, groups=28, crops=4, rate=1.5e-3, seed=4, encoder="plain") -> Run:
    torch.manual_seed(seed)
    run = Run(TextureModel(encoder).train(), checkpoint, steps, rate, seed)
    count = groups * MATERIALS_PER_GROUP
    materials = torch.arange(count).repeat_interleave(crops)

    def losses(net, rng, step):
        drawn = torch.stack([draw_group(rng, crops) for _ in range(groups)])
        embeddings = net.texture(drawn.reshape(-1, 1, CROP, CROP))
        shaped = embeddings.reshape(groups, MATERIALS_PER_GROUP, crops, -1)
        return {"contrast": contrastive_loss(embeddings, materials, materials // MATERIALS_PER_GROUP), "answer": answer_loss(net, shaped)}

    return run.train(losses)


def write_release(run_checkpoint, target, encoder="plain"):
    """The averaged weights of a run as the checkpoint that export.py reads."""
    net = TextureModel(encoder)
    net.load_state_dict(torch.load(run_checkpoint, weights_only=True)["average"])
    torch.save({"texture": net.texture.state_dict()}, target)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=700)
    parser.add_argument("--encoder", choices=list(ENCODERS), default="plain", help="fractal: for comparison, export.py takes the plain one")
    options = parser.parse_args()
    train(options.runs / "texture_run.pt", options.steps, encoder=options.encoder)
    write_release(options.runs / "texture_run.pt", options.runs / "texture.pt", options.encoder)


if __name__ == "__main__":
    main()
