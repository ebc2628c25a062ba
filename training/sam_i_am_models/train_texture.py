"""Texture encoder: supervised contrastive loss over materials that share imaging conditions, drawn alone and cut from
whole micrographs.

python -m sam_i_am_models.train_texture --pieces FOLDER --runs FOLDER
"""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .architectures import FractalTextureEncoder, TextureEncoder
from .architectures.texture_encoder import CROP
from .loop import Plan, Run, in_channels_last
from .piece_crops import draw_pieces, read
from .texture_crops import MATERIALS_PER_GROUP, draw_group

TEMPERATURE = 0.1
NEAR_WEIGHT = 12.0  # weight of negatives from the same group: k-means meets no others
MOST_MATERIALS = 256  # in a group: maps are uint8
ENCODERS = {"plain": TextureEncoder, "fractal": FractalTextureEncoder}


class TextureModel(nn.Module):
    """The encoder, and scale and offset of the answer "same material?" of one micrograph's mean embeddings."""

    def __init__(self, encoder: str = "plain") -> None:
        super().__init__()
        self.texture = ENCODERS[encoder]()
        self.gain, self.offset = nn.Parameter(torch.tensor(8.0)), nn.Parameter(torch.tensor(-5.0))


def contrastive_loss(embeddings: Tensor, materials: Tensor, groups: Tensor) -> Tensor:
    """Supervised contrastive loss; all of (n, d), (n,), (n,). Negatives of the same group weigh more."""
    similarity = embeddings @ embeddings.T / TEMPERATURE
    own = torch.eye(len(embeddings), dtype=torch.bool)
    same = (materials[:, None] == materials[None]) & ~own
    weight = torch.where((groups[:, None] == groups[None]) & ~same, NEAR_WEIGHT, 1.0).masked_fill(own, 0)
    total = (similarity.exp() * weight).sum(1, keepdim=True).log()
    return -((similarity - total) * same).sum(1).div(same.sum(1)).mean()


def answer_loss(net: TextureModel, embeddings: Tensor) -> Tensor:
    """Cross-entropy of one threshold for all groups on half means: embeddings (groups, materials, crops, d)."""
    half = embeddings.shape[2] // 2
    first = F.normalize(embeddings[:, :, :half].mean(2), dim=-1)
    second = F.normalize(embeddings[:, :, half:].mean(2), dim=-1)
    logits = (first @ second.transpose(1, 2)) * net.gain.clamp(1, 40) + net.offset
    same = torch.eye(MATERIALS_PER_GROUP).expand_as(logits)
    weight = torch.where(same > 0, 1.0, 1.0 / (MATERIALS_PER_GROUP - 1))
    return F.binary_cross_entropy_with_logits(logits, same, weight=weight)


@dataclass(frozen=True)
class Step:
    """What a step sees: `groups` of materials drawn alone, `crops` of each, then one group for each of so many
    `micrographs`.
    """

    groups: int = 8
    micrographs: int = 28
    crops: int = 4


PLAN, USUAL_STEP = Plan(steps=2000, rate=1.5e-3, seed=4), Step()


def draw_step(rng: np.random.Generator, known: Any, sees: Step) -> tuple[Tensor, Tensor, Tensor]:
    """Crops (n, 1, CROP, CROP), the material of each and the group that it belongs to (n): first the groups drawn
    alone,
    then the micrographs, out of `known`.
    """
    crops = sees.crops
    drawn = [
        (draw_group(rng, crops).reshape(-1, CROP, CROP), torch.arange(MATERIALS_PER_GROUP).repeat_interleave(crops))
        for _ in range(sees.groups)
    ]
    drawn += [draw_pieces(rng, known[index]) for index in rng.integers(0, len(known), sees.micrographs)]
    images, materials = (torch.cat(parts) for parts in zip(*drawn, strict=True))
    group = torch.arange(len(drawn)).repeat_interleave(torch.tensor([len(own) for own, _ in drawn]))
    return images[:, None], group * MOST_MATERIALS + materials, group


def train(checkpoint: Path, pieces: Path, plan: Plan = PLAN, sees: Step = USUAL_STEP, encoder: str = "plain") -> Run:
    """`pieces`: a folder of piece_crops. What a step sees: `draw_step`."""
    torch.manual_seed(plan.seed)
    net = in_channels_last(TextureModel(encoder).train())  # 1.4 times as fast on a CPU
    run = Run(net, checkpoint, plan)
    known, groups, crops = read(pieces), sees.groups, sees.crops

    def losses(net: TextureModel, rng: np.random.Generator, step: int) -> dict[str, Tensor]:
        images, materials, group = draw_step(rng, known, sees)
        embeddings = net.texture(images)
        alone = embeddings[: groups * MATERIALS_PER_GROUP * crops].reshape(groups, MATERIALS_PER_GROUP, crops, -1)
        return {"contrast": contrastive_loss(embeddings, materials, group), "answer": answer_loss(net, alone)}

    return run.train(losses)


def write_release(run_checkpoint: Path, target: Path, encoder: str = "plain") -> None:
    """The averaged weights of a run as the checkpoint that export.py reads."""
    net = TextureModel(encoder)
    net.load_state_dict(torch.load(run_checkpoint, weights_only=True)["average"])
    torch.save({"texture": net.texture.state_dict()}, target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pieces", type=Path, required=True, help="folder of piece_crops")
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument(
        "--encoder",
        choices=list(ENCODERS),
        default="plain",
        help="fractal: for comparison, export.py takes the plain one",
    )
    options = parser.parse_args()
    train(options.runs / "texture_run.pt", options.pieces, replace(PLAN, steps=options.steps), encoder=options.encoder)
    write_release(options.runs / "texture_run.pt", options.runs / "texture.pt", options.encoder)


if __name__ == "__main__":
    main()
