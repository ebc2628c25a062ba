"""Stage 2: the mask decoder on the trained encoder, by turns on crops and on whole frames.

Crops are cheap and hold many outlines; on whole frames regions are as large, and as far from their prompt, as in use.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .architectures import MaskDecoder
from .architectures.image_encoder import ImageEncoder
from .architectures.mask_decoder import START_LEVELS, START_MAPS
from .architectures.prompt_encoder import POSITION_UNIT
from .crops import batch, random_crop, scale_grey
from .dataset import IMAGE, MATERIALS, Shards
from .export import load_sam
from .loop import Plan, Run
from .mask_loss import decoder_losses, true_iou
from .prompts import Prompts, correct, draw_kind, draw_prompts, no_mask
from .train_encoder import FRAME_SCALES, FRAME_SIZE, AffinityModel, token_auc

IOU_HEAD_SHARE = 3.0  # of the learning rate
CORRECTED_SHARE = 0.2  # of the steps with single points or boxes


class SamModel(nn.Module):
    """Affinity model (with the image encoder) and mask decoder."""

    def __init__(self) -> None:
        super().__init__()
        self.affinity, self.decoder = AffinityModel(), MaskDecoder()

    @property
    def encoder(self) -> ImageEncoder:
        return self.affinity.encoder


def mean_losses(rows: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Each loss and figure of the rows, in the mean."""
    sums: dict[str, Any] = {name: sum(r[name] for r in rows) for name in rows[0]}
    return {name: value / len(rows) for name, value in sums.items()}


def mask_losses(
    net: SamModel, features: Sequence[Tensor], labels: Tensor, rng: np.random.Generator, count: int
) -> dict[str, Tensor]:
    """Mean decoder losses over the frames of a batch. `features`: the encoder's outputs for the batch.

    Each crop gets a random place in a full frame, so that the position encoding is trained over all of it. Some prompts
    are corrected once: a click where the best mask is wrong, with that mask as the earlier one.
    """
    kind, slots = draw_kind(rng)
    corrected = is_corrected(rng, kind)
    rows = []
    for index in range(len(labels)):
        prompts = draw_prompts(rng, labels[index].numpy(), count, kind, slots)
        if prompts is None:
            continue
        own = [f[index : index + 1] for f in features]
        origin = torch.from_numpy(rng.uniform(0, 1, 2).astype(np.float32)) * max(0.0, POSITION_UNIT - labels.shape[-1])
        rows += prompt_losses(net.decoder, own, prompts, corrected, origin)
    return mean_losses(rows)


def is_corrected(rng: np.random.Generator, kind: str) -> bool:
    """Whether the prompts of a step are answered twice, the second time with a corrective click."""
    return kind == "points" or rng.random() < CORRECTED_SHARE


def prompt_losses(
    decoder: MaskDecoder, own: Sequence[Tensor], prompts: Prompts, corrected: bool, origin: Tensor | None = None
) -> list[dict[str, Tensor]]:
    """Decoder losses of prompts on the frames for which the encoder gave `own`: one row, or two where corrected."""

    def answer(prompts: Prompts, earlier: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        iou, logits = decoder(*own, prompts.coords, prompts.labels, earlier, origin)
        return decoder_losses(iou, logits, prompts.targets, prompts.meant, prompts.known), logits

    prompts = prompts.to(own[-1].device)
    losses, logits = answer(prompts, no_mask(own[-1]))
    if not corrected:
        return [losses]
    return [losses, answer(*correct(prompts, logits.detach()))[0]]


def outputs_for_decoder(encoder: ImageEncoder, images: Tensor) -> list[Tensor]:
    """The encoder's outputs, with gradients into those for the decoder alone; the trunk, its tokens and outlines stay
    as they are.
    """
    with torch.no_grad():
        features = encoder.features(images)
    embeddings, high_16, high_8, tokens, outlines = encoder.heads(*features)
    return [embeddings, high_16, high_8, tokens.detach(), outlines.detach()]


def crop_losses(
    net: SamModel, images: Tensor, labels: Tensor, rng: np.random.Generator, count: int
) -> dict[str, Tensor]:
    """Mask losses with gradients into the decoder and the encoder's outputs for it."""
    return mask_losses(net, outputs_for_decoder(net.encoder, images), labels, rng, count)


def point_iou(net: SamModel, shards: Shards, frames: int = 24, points: int = 16) -> dict:
    """One point per prompt on whole validation frames: best IoU for part, piece, group by class; error of the IoU head.

    `start` is the same for the decoder's starting point: the reach maps at its three levels.
    """
    rows, device = [], next(net.parameters()).device
    for index in range(min(frames, len(shards))):
        maps, difficulty = shards[index]
        rng = np.random.default_rng([7, index])
        prompts = draw_prompts(rng, np.array(maps[MATERIALS:]), points)
        assert prompts is not None, "a validation frame has parts"
        prompts = prompts.to(device)
        features = net.encoder(torch.from_numpy(scale_grey(maps[IMAGE]))[None, None].to(device))
        iou, logits = net.decoder(*features, prompts.coords, prompts.labels, no_mask(features[-1]))
        _, dense = net.decoder.prompts(features[3], features[4], prompts.coords, prompts.labels, no_mask(features[-1]))
        start = dense.fine[:, START_MAPS] - torch.tensor(START_LEVELS, device=device)[:, None, None]
        found, base = (true_iou(x, prompts.targets, prompts.known) for x in (logits, start))
        truth = (found * prompts.meant[:, None]).max(-1).values
        chosen = truth.gather(1, iou.argmax(1, keepdim=True))
        rows.append(
            [
                difficulty,
                *(
                    float(x)
                    for x in (
                        *found.max(1).values.mean(0),
                        *base.max(1).values.mean(0),
                        (iou - truth).abs().mean(),
                        chosen.mean(),
                    )
                ),
            ]
        )
    rows = np.array(rows, float)
    out = {}
    for difficulty in (1, 2, 3):
        mean = rows[rows[:, 0] == difficulty].mean(0).round(3).tolist()
        out[difficulty] = dict(trained=mean[1:4], start=mean[4:7], iou_error=mean[7], chosen=mean[8])
    return out


def _watch(validation: Shards) -> Callable[[SamModel], None]:
    def watch(net: SamModel) -> None:
        print("  token AUC by class", token_auc(net.encoder, validation), flush=True)
        for difficulty, figures in point_iou(net, validation).items():
            print(f"  class {difficulty}", figures, flush=True)

    return watch


@dataclass(frozen=True)
class Step:
    """What a step sees: `crops` of `size` pixels with `count` prompts each, or every other time one whole frame."""

    crops: int = 4
    count: int = 20
    size: int = 512


PLAN, USUAL_STEP = Plan(steps=1400, rate=6e-4, seed=2), Step()


def train(
    data: Path,
    encoder_checkpoint: Path,
    checkpoint: Path,
    plan: Plan = PLAN,
    sees: Step = USUAL_STEP,
    start: Path | None = None,
) -> Run:
    """The encoder's trunk is frozen: gradients from the masks made its tokens slightly worse (class 3 AUC .84 to .82).

    `start`: released weights (a file as `checkpoints/shipped.pt`) whose decoder to go on from.
    """
    torch.manual_seed(plan.seed)
    net = SamModel()
    net.affinity.load_state_dict(torch.load(encoder_checkpoint, weights_only=True)["average"])
    if start:
        net.decoder.load_state_dict(load_sam(start)[1].state_dict())
        net.decoder.logit_gain.fill_(1.0)
    run = Run(net.eval(), checkpoint, plan, decoder_groups(net))
    training, validation = Shards(data / "train"), Shards(data / "validation")

    def losses(net: SamModel, rng: np.random.Generator, step: int) -> dict[str, Tensor]:
        whole = step % 2 == 1
        drawn = (
            [random_crop(rng, training, FRAME_SIZE, FRAME_SCALES)]
            if whole
            else [random_crop(rng, training, sees.size) for _ in range(sees.crops)]
        )
        images, labels = batch(drawn)
        return crop_losses(net, images, labels, rng, sees.crops * sees.count // 2 if whole else sees.count)

    return run.train(losses, _watch(validation))


def decoder_groups(net: SamModel) -> list[dict[str, Any]]:
    """What learns: the decoder (its IoU head faster), and of the encoder only its outputs for the decoder."""
    encoder, decoder = net.encoder, net.decoder
    outputs = [p for part in (encoder.neck, encoder.high_16, encoder.high_8) for p in part.parameters()]
    head = list(decoder.iou.parameters())
    rest = [p for name, p in decoder.named_parameters() if not name.startswith("iou.")]
    return [dict(params=rest + outputs, share=1.0), dict(params=head, share=IOU_HEAD_SHARE)]


def write_release(net: SamModel, target: Path, gain: float = 1.0, dtype: torch.dtype = torch.float32) -> None:
    """The weights of `net` as the checkpoint that export.py reads."""
    net.decoder.logit_gain.fill_(gain)
    state = dict(encoder=net.encoder.state_dict(), decoder=net.decoder.state_dict())
    state = {
        part: {name: value.cpu().to(dtype) if value.is_floating_point() else value.cpu() for name, value in own.items()}
        for part, own in state.items()
    }
    state |= dict(encoder_settings=net.encoder.settings, decoder_settings=net.decoder.settings)
    torch.save(state, target)


def release(run_checkpoint: Path, target: Path, gain: float = 1.0) -> None:
    """The averaged weights of a run as the checkpoint that export.py reads."""
    net = SamModel()
    net.load_state_dict(torch.load(run_checkpoint, weights_only=True)["average"])
    write_release(net, target, gain)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--runs", type=Path, required=True, help="folder of checkpoints; encoder.pt must be there")
    parser.add_argument("--steps", type=int, default=1400)
    parser.add_argument("--start", type=Path, help="released weights whose decoder to go on from")
    parser.add_argument("--rate", type=float, default=6e-4)
    options = parser.parse_args()
    train(
        options.data,
        options.runs / "encoder.pt",
        options.runs / "joint.pt",
        replace(PLAN, steps=options.steps, rate=options.rate),
        start=options.start,
    )


if __name__ == "__main__":
    main()
