"""Training crops for the texture encoder, drawn without a frame: groups of materials that share one micrograph's
imaging.
"""

import numpy as np
import torch
from torch import Tensor

from .architectures.texture_encoder import CROP
from .simulate.defects import Part, fractional
from .simulate.fields import blur
from .simulate.imaging import DOSE, draw_dose
from .simulate.materials import Material, palette

MATERIALS_PER_GROUP = 3


def _render(rng: np.random.Generator, material: Material, crops: int) -> torch.Tensor:
    """(crops, CROP, CROP) of one material at random places, turned by a few degrees, with local shading."""
    line = torch.arange(CROP, dtype=torch.float32)
    y, x = torch.meshgrid(line, line, indexing="ij")
    turn, out = rng.uniform(0, 180), []
    inverse = np.linalg.inv(material.cell.basis()) if material.cell else None
    for _ in range(crops):
        if material.kind == "crystal":
            assert inverse is not None, "a crystal has a cell"
            part = Part(0, turn + rng.normal() * 2.5, tuple(rng.random(2)))
            patch = material.intensity(rng, *fractional(part, inverse, y, x))
        else:
            patch = material.intensity(rng, y, x)
        slope, angle = rng.uniform(0, 0.12), rng.random() * 2 * np.pi
        ramp = (np.cos(angle) * (x - CROP / 2) + np.sin(angle) * (y - CROP / 2)) / CROP
        out.append(patch * (1 + 0.06 * rng.standard_normal() + slope * ramp))
    return torch.stack(out)


def _photograph(rng: np.random.Generator, patches: torch.Tensor, difficulty: int, scale: float) -> torch.Tensor:
    """Probe, dose, gamma and grey scaling, the same for all patches (n, CROP, CROP) of a group."""
    sigma = rng.uniform(0.6, 1.8) * scale
    patches = torch.stack([blur(p, sigma) for p in patches]) + rng.uniform(0, 0.3) * rng.random()
    low, high = DOSE[difficulty]
    dose = draw_dose(rng, 0.4 * low, high, unseen=False)
    noise = torch.from_numpy(rng.standard_normal(tuple(patches.shape), dtype=np.float32))
    patches = patches.clamp(min=0)
    patches = patches + (patches / dose + rng.uniform(0.0001, 0.0009)).sqrt() * noise
    values = patches.flatten().sort().values
    low, high = values[int(0.005 * len(values))], values[int(0.995 * (len(values) - 1))]
    if rng.random() < 0.25:
        high = low + (high - low) * rng.uniform(1, 2.5)
    image = ((patches - low) / (high - low + 1e-6)).clamp(0, 1)
    return image ** rng.uniform(0.6, 1.6) if rng.random() < 0.5 else image


def _mirror_some(rng: np.random.Generator, patches: Tensor) -> Tensor:
    """Fill one side of some crops by reflection, as is done for crops of narrow masks."""
    for patch in patches:
        if rng.random() < 0.15:
            keep = int(rng.integers(CROP // 2, CROP))
            patch[:, keep:] = patch[:, 2 * keep - CROP : keep].flip(1)
    return patches


def draw_group(rng: np.random.Generator, crops: int) -> torch.Tensor:
    """(MATERIALS_PER_GROUP, crops, CROP, CROP): materials of one micrograph."""
    difficulty = int(rng.integers(1, 4))
    scale = rng.uniform(0.5, 1.5)
    materials = palette(rng, MATERIALS_PER_GROUP, difficulty, scale, sem=rng.random() < 0.1)
    patches = torch.cat([_render(rng, m, crops) for m in materials])
    patches = _mirror_some(rng, _photograph(rng, patches, difficulty, scale))
    return patches.reshape(MATERIALS_PER_GROUP, crops, CROP, CROP)
