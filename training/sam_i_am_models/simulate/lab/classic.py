"""The scenes of `simulate`, with two to five materials equally often, recorded as every other kind is."""

import numpy as np

from ..micrograph import draw_scene, render
from .field import Field

TRIES = 8


def draw(rng: np.random.Generator, size: int) -> Field:
    """Layers, islands, particles, grains, mottled fields or one lattice, drawn until as many materials show as were
    meant.
    """
    wanted, difficulty = int(rng.integers(2, 6)), int(rng.integers(1, 4))
    single = rng.random() < 0.1
    for _ in range(TRIES):
        scene = draw_scene(rng, size, difficulty, count=wanted)
        shown = len({part.material for part in scene.structure.parts})
        if (shown == 1 and single) or (shown == wanted and not single):
            break
    intensity, unsure = render(rng, scene, size)
    structure = scene.structure
    materials = np.array([part.material + 1 for part in structure.parts], np.uint8)[structure.part_map]
    materials[unsure.numpy()] = 0
    twins = tuple(
        (index + 1, material.twin_of + 1)
        for index, material in enumerate(scene.materials)
        if material.twin_of is not None
    )
    return Field(
        intensity.numpy(), materials, np.array(structure.seen_as)[structure.part_map], twins, "haadf", difficulty,
        blur=(0.6, 1.8), noise=(0.015, 0.15 if difficulty < 3 else 0.25), metadata={"layout": scene.layout},
    )  # fmt: skip
