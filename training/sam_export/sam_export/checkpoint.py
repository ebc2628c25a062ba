"""Checkpoint files to PyTorch models: Meta's ViT-B, ViT-L and ViT-H, MobileSAM, and micro-sam's training files."""

from pathlib import Path

import torch
from segment_anything import sam_model_registry
from segment_anything.modeling import Sam

WIDTHS = {768: "vit_b", 1024: "vit_l", 1280: "vit_h"}
TINY = "vit_t"


class UnknownCheckpoint(ValueError):
    """The file is no checkpoint that can be exported; the message says why, and what to do."""


def load_checkpoint(path: Path) -> tuple[str, Sam]:
    """(architecture, model in evaluation mode). Reads tensors only, never pickled code."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:
        raise UnknownCheckpoint(
            f"{path} can't be read as a PyTorch checkpoint ({error}). Download it again and check its sha256."
        ) from error
    state = plain_state(content)
    architecture = architecture_of(state, path)
    model = build(architecture)
    missing, unexpected = model.load_state_dict(state, strict=False, assign=True)
    # The pixel statistics are constants of the model, and some files leave them out.
    missing = [name for name in missing if not name.startswith("pixel_")]
    unexpected = [name for name in unexpected if not name.endswith("attention_bias_idxs")]
    if missing or unexpected:
        raise UnknownCheckpoint(
            f"{path} is no plain SAM: {len(missing)} tensors are missing ({', '.join(missing[:3])}), "
            f"{len(unexpected)} are not SAM's ({', '.join(unexpected[:3])}). "
            "SAM-HQ, SAM 2 and adapters have other networks; export them with their own tools."
        )
    return architecture, model.eval()


def plain_state(content: dict) -> dict[str, torch.Tensor]:
    """The state dict; micro-sam's training files wrap it as `model_state` and prefix every name with `sam.`."""
    state = content.get("model_state", content) if isinstance(content, dict) else {}
    return {name.removeprefix("sam."): tensor for name, tensor in state.items() if isinstance(tensor, torch.Tensor)}


def architecture_of(state: dict[str, torch.Tensor], path: Path) -> str:
    """`vit_b`, `vit_l`, `vit_h` by the width of the position table, or `vit_t` (MobileSAM's TinyViT)."""
    if "image_encoder.patch_embed.seq.0.c.weight" in state:
        return TINY
    table = state.get("image_encoder.pos_embed")
    if table is None or table.shape[-1] not in WIDTHS:
        names = ", ".join(list(state)[:3]) or "no tensors"
        raise UnknownCheckpoint(
            f"{path} holds no image encoder of SAM (it has {names}). Give a checkpoint of SAM, MobileSAM or micro-sam."
        )
    return WIDTHS[table.shape[-1]]


def build(architecture: str) -> Sam:
    """An untrained model of this architecture."""
    if architecture != TINY:
        return sam_model_registry[architecture]().eval()
    try:
        from mobile_sam import sam_model_registry as mobile_registry
    except ImportError as error:
        raise UnknownCheckpoint("MobileSAM needs its network: pip install -e .[mobile]") from error
    return mobile_registry[TINY]().eval()
