"""Labelled crops: micrographs in which every material of a list has one field, cut into crops far from the borders."""

import numpy as np
import torch

from sam_i_am_models.crops import scale_grey
from sam_i_am_models.simulate import imaging
from sam_i_am_models.simulate.crystals import KNOWN_CELLS, known_cell
from sam_i_am_models.simulate.defects import Part, fractional
from sam_i_am_models.simulate.fields import log_uniform
from sam_i_am_models.simulate.materials import Material, amorphous, crystal, physical_level, vacuum

CROP = 60
FIELD = 180  # side of a material's field in pixels
PIXELS_PER_ANGSTROM = (4, 14)  # lattices are resolved
DIFFICULTIES = (1, 2)
COLUMNS = 4  # fields side by side
WITHOUT_LATTICE = {"amorphous": lambda rng: amorphous(rng, rng.uniform(0.12, 1.0), 1.0), "vacuum": vacuum}
ALL_MATERIALS = sorted({name.split(" [")[0] for name in KNOWN_CELLS} | set(WITHOUT_LATTICE))


def simulated_crops(seed: int, names: list[str], crops_per_material: int):
    """Crops (n, CROP, CROP) float in [0, 1] and the index of each one's material; all of one micrograph."""
    rng = np.random.default_rng(seed)
    image = _micrograph(rng, names)
    crops, labels = [], []
    for label in range(len(names)):
        for _ in range(crops_per_material):
            top, left = rng.integers(0, FIELD - CROP + 1, 2)
            left += _column(label) * FIELD
            top += _row(label) * FIELD
            crops.append(image[top : top + CROP, left : left + CROP])
            labels.append(label)
    return np.stack(crops), np.array(labels)


def _micrograph(rng, names):
    """Fields on a square grid; shading, dose and storage are those of one image."""
    side = FIELD * (min(len(names), COLUMNS) if len(names) <= COLUMNS**2 else 1 + _row(len(names) - 1))
    y, x = imaging.scan_coordinates(rng, side)
    intensity = torch.full((side, side), 0.5)
    pixels_per_angstrom = log_uniform(rng, *PIXELS_PER_ANGSTROM)
    turn = rng.uniform(0, 180)
    for label, name in enumerate(names):
        rows = slice(_row(label) * FIELD, (_row(label) + 1) * FIELD)
        columns = slice(_column(label) * FIELD, (_column(label) + 1) * FIELD)
        material = _material(rng, name, pixels_per_angstrom)
        intensity[rows, columns] = _rendered(rng, material, turn + rng.normal() * 2, y[rows, columns], x[rows, columns])
    signal, _ = imaging.detect(rng, imaging.shade(rng, intensity), int(rng.choice(DIFFICULTIES)), 1.0)
    return scale_grey(imaging.store(rng, signal))


def _row(label):
    return label // COLUMNS


def _column(label):
    return label % COLUMNS


def _material(rng, name, pixels_per_angstrom) -> Material:
    if name in WITHOUT_LATTICE:
        return WITHOUT_LATTICE[name](rng)
    axes = [known for known in KNOWN_CELLS if known.split(" [")[0] == name]
    axis = str(rng.choice(axes))
    cell, brightness = known_cell(rng, axis, pixels_per_angstrom)
    return crystal(rng, physical_level(rng, brightness), cell, axis)


def _rendered(rng, material: Material, turn, y, x):
    if material.kind != "crystal":
        return material.intensity(rng, y, x)
    part = Part(0, turn, tuple(rng.random(2)))
    return material.intensity(rng, *fractional(part, np.linalg.inv(material.cell.basis()), y, x))
