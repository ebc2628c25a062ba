"""Real crystals side by side: layers, islands, grains, particles and mottled fields of two to five structures; and one
crystal alone.

Brightness follows from the atoms (or is spread where that says nothing); every region has its own lattice. One crystal
alone is one material, however it is cut by twins, grain and antiphase boundaries, or however its thickness changes.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .. import layouts
from ..fields import blur, log_uniform, smooth_field, white_noise
from . import shapes
from .field import Field
from .lattice import POWERS, Coordinates, Look, draw_contrast, scanned, spot_width, tables_of, turned
from .structures import Projection, draw_projection

LAYOUTS = {"layers": 0.4, "layers with blobs": 0.12, "islands": 0.14, "particles": 0.12, "grains": 0.12, "mottled": 0.1}
FINEST, COARSEST = 4.5, 40.0  # pixels of a 1024-pixel frame, of the shorter edge of a cell


def draw(rng: np.random.Generator, size: int) -> Field:
    """Two to five materials, most of them crystals."""
    unit, contrast = size / 1024, draw_contrast(rng)
    wanted = int(rng.integers(2, 6))
    layout, regions = _layout(rng, size, wanted)
    of_region = layouts.assign_materials(rng, regions, layout, min(wanted, int(regions.max()) + 1))
    count = int(of_region.max()) + 1
    crystals = [draw_projection(rng, 150) if rng.random() < 0.82 else None for _ in range(count)]
    scale = _scale(rng, crystals) * unit
    levels = _levels(rng, crystals, contrast)
    places = scanned(rng, size)
    width = (rng.uniform(0.3, 1.5) if rng.random() < 0.7 else rng.uniform(1.5, 10)) * unit
    intensity, total = np.zeros((size, size), np.float32), np.zeros((size, size), np.float32)
    aligned, surest = rng.random() < 0.6, np.zeros((size, size), np.float32)
    base = float(rng.choice([0, 90]) + rng.normal() * 2) if aligned else float(rng.uniform(0, 180))
    depth, ring = rng.uniform(0.3, 1.0), (rng.uniform(0.1, 0.5) if rng.random() < 0.1 else 0.0)
    scene = Recording(layout, contrast, scale, places, base, ring, rng.random())
    for number in range(count):
        members = np.nonzero(of_region == number)[0]
        share = (
            ndimage.gaussian_filter(np.isin(regions, members).astype(np.float32), width, truncate=2.5)
            if width > 0.3
            else np.isin(regions, members).astype(np.float32)
        )
        surest = np.maximum(surest, share)
        texture = _texture(rng, regions, members, crystals[number], scene)
        intensity += share * np.float32(levels[number]) * (1 - np.float32(depth) + np.float32(depth) * texture)
        total += share
    intensity /= np.maximum(total, 1e-3)
    materials = (of_region[regions] + 1).astype(np.uint8)
    if width > 2 * unit:
        materials[surest < 0.8] = 0
    names = [crystal.name if crystal else "amorphous" for crystal in crystals]
    return Field(
        intensity,
        materials,
        regions,
        (),
        contrast if contrast != "dpc" else "haadf",
        1 + int(count > 2) + int(count > 3),
        shading=(0.01, 0.2),
        blur=(0.2, 1.4),
        noise=(0.01, 0.22),
        metadata={"layout": layout, "crystals": names},
    )


def _layout(rng: np.random.Generator, size: int, wanted: int) -> tuple[str, np.ndarray]:
    names = list(LAYOUTS)
    for _ in range(6):
        layout = str(rng.choice(names, p=list(LAYOUTS.values())))
        if layout == "layers" and rng.random() < 0.5:
            layers = wanted + int(rng.integers(0, 2))
            regions = shapes.stack(
                rng,
                size,
                shapes.thicknesses(rng, layers, size, 0.03 * size),
                float(rng.choice([0, 90, 180, 270])),
                rng.uniform(0, 0.02) * size,
            )
        else:
            regions = layouts.LAYOUTS[layout][0](rng, size, int(rng.integers(1, 4)))
        regions = np.unique(regions, return_inverse=True)[1].reshape(regions.shape).astype(np.int32)
        if regions.max() + 1 >= wanted:
            break
    return layout, regions


def _scale(rng: np.random.Generator, crystals: list[Projection | None]) -> float:
    """Pixels per Angstrom at which every lattice of the scene is resolved and none is larger than the coarsest."""
    edges = [float(np.linalg.norm(c.basis, axis=1).min()) for c in crystals if c] or [4.0]
    least = FINEST / min(edges)
    return log_uniform(rng, least, max(1.05 * least, COARSEST / max(edges)))


def _levels(rng: np.random.Generator, crystals: list[Projection | None], contrast: str) -> list[float]:
    """Mean brightness of each material: by its atoms, spread apart where two would be alike by chance."""
    for _ in range(60):
        physical = [c.weights(1.7).sum() / c.area if c else log_uniform(rng, 2, 40) for c in crystals]
        levels = np.array(physical) ** rng.uniform(0.35, 0.8) * np.exp(rng.normal(size=len(physical)) * 0.25)
        levels = levels / levels.max()
        if contrast in ("bf", "abf"):
            levels = 1 - 0.8 * levels
        ratios = np.abs(np.log(levels[:, None] / levels[None]))[np.triu_indices(len(levels), 1)]
        if not len(ratios) or ratios.min() > 0.04:
            break
    return [float(max(level, 0.06)) for level in levels]


@dataclass(frozen=True)
class Recording:
    """What all crystals of a scene share: its layout and mode, pixels per Angstrom, where each pixel was recorded (y,
    x),
    the usual turn of a lattice in degrees, and for the tables `ring` and `direction` (see `Look`).
    """

    layout: str
    contrast: str
    scale: float
    places: tuple[np.ndarray, np.ndarray]
    base: float
    ring: float
    direction: float


def _texture(
    rng: np.random.Generator, regions: np.ndarray, members: np.ndarray, crystal: Projection | None, scene: Recording
) -> np.ndarray:
    """Relative brightness (mean 1) of one material where its regions are; a lattice for each region that is turned by
    itself.
    """
    size = regions.shape[0]
    if crystal is None:
        if rng.random() < 0.25:
            return np.ones((size, size), np.float32)
        grain = blur(white_noise(rng, (size, size)), log_uniform(rng, 0.7, 6) * size / 1024).numpy()
        return (1 + np.float32(rng.uniform(0.03, 0.3)) * grain / grain.std()).astype(np.float32)
    places = scene.places
    turn = scene.base + (rng.normal() * 2 if rng.random() < 0.6 else rng.uniform(0, 180))
    upright = np.degrees(np.arctan2(*crystal.basis[0][::-1]))
    basis = crystal.basis * scene.scale
    look = Look(basis, spot_width(rng, crystal, scene.scale), scene.contrast, scene.ring, scene.direction)
    drawn = tables_of(crystal.columns, crystal.weights(POWERS[scene.contrast]), look)[None]
    common = Coordinates(*places, basis @ turned(turn - upright), rng.random(2))
    if rng.random() < 0.2:
        common.dislocate(*places, rng.random(2) * size, rng.permutation([1, 0]))
    out = common.pattern(drawn)
    free = 0.6 if scene.layout in ("grains", "particles", "islands") else 0.15
    areas = np.bincount(regions.ravel(), minlength=int(regions.max()) + 1)
    for member in members[1:]:
        if areas[member] > 400 and rng.random() < free:
            box = ndimage.find_objects((regions == member).astype(np.int8))[0]
            box = tuple(slice(max(0, s.start - 12), s.stop + 12) for s in box)
            own = Coordinates(places[0][box], places[1][box], basis @ turned(rng.uniform(0, 180)), rng.random(2))
            out[box] = np.where(regions[box] == member, own.pattern(drawn), out[box])
    return out


def draw_single(rng: np.random.Generator, size: int) -> Field:
    """One crystal: plain, twinned, of grains, with antiphase boundaries, of changing thickness, or with a hole: one
    material (two with a hole).
    """
    unit, contrast = size / 1024, draw_contrast(rng)
    crystal = draw_projection(rng, 150)
    scale = _scale(rng, [crystal]) * unit
    upright = np.degrees(np.arctan2(*crystal.basis[0][::-1]))
    turn = float(rng.choice([0, 90]) + rng.normal() * 3) if rng.random() < 0.5 else float(rng.uniform(0, 180))
    basis = crystal.basis * scale @ turned(turn - upright)
    places = scanned(rng, size)
    direction = rng.random()
    look = Look(basis, spot_width(rng, crystal, scale), contrast, direction=direction)
    drawn = tables_of(crystal.columns, crystal.weights(POWERS[contrast]), look)[None]
    kind = str(
        rng.choice(["plain", "twin", "grains", "antiphase", "thickness", "edge"], p=[0.15, 0.2, 0.2, 0.15, 0.15, 0.15])
    )
    domains = _domains(rng, kind, size)
    pattern, seam = np.zeros((size, size), np.float32), np.ones((size, size), np.float32)
    mirror = _mirror(basis[int(rng.integers(2))])
    seen = domains.copy()
    for number in range(int(domains.max()) + 1):
        own, phase = basis, rng.random(2)
        if kind == "twin" and number % 2:
            own = basis @ mirror
        elif kind == "grains":
            own = basis @ turned(rng.uniform(0, 180) if rng.random() < 0.6 else rng.normal() * 6)
        lattice = Coordinates(
            *places,
            own,
            (0.5 * rng.integers(0, 2, 2)) if kind == "antiphase" else phase if kind == "grains" else (0, 0),
        )
        pattern = np.where(domains == number, lattice.pattern(drawn), pattern)
    if domains.max():
        outline = ndimage.gaussian_filter(
            (ndimage.morphological_gradient(domains, 3) > 0).astype(np.float32), rng.uniform(1, 5) * unit
        )
        seam = 1 + rng.uniform(-0.3, 0.15) * outline / max(float(outline.max()), 1e-6) * (rng.random() < 0.6)
        if kind == "antiphase" and rng.random() < 0.5:
            seen[:] = 0
    depth = rng.uniform(0.3, 1.0)
    gains = 1 + rng.uniform(0, 0.12) * rng.standard_normal(int(domains.max()) + 1) * (rng.random() < 0.5)
    intensity = (
        rng.uniform(0.3, 0.9) * (1 - depth + depth * pattern) * seam * gains[domains] * _thickness(rng, kind, size)
    )
    materials = np.ones((size, size), np.uint8)
    if kind == "edge":
        hole = (
            shapes.stack(
                rng,
                size,
                np.array([1.0, 1.0]) * size * rng.uniform(0.4, 0.6),
                rng.uniform(0, 360),
                rng.uniform(0, 0.03) * size,
                0.4,
            )
            == 0
        )
        soft = ndimage.gaussian_filter(hole.astype(np.float32), rng.uniform(0.5, 6) * unit)
        intensity = intensity * (1 - soft) + soft * rng.uniform(0, 0.1)
        materials = np.where(hole, 2, materials).astype(np.uint8)
        materials[(soft > 0.2) & (soft < 0.8)] = 0
    return Field(
        intensity.astype(np.float32),
        materials,
        seen,
        (),
        contrast if contrast != "dpc" else "haadf",
        2,
        shading=(0.01, 0.3),
        blur=(0.2, 1.5),
        noise=(0.01, 0.3),
        metadata={"layout": kind, "crystals": [crystal.name]},
    )


def _domains(rng: np.random.Generator, kind: str, size: int) -> np.ndarray:
    if kind == "twin":
        normal, count = rng.uniform(0, 360), int(rng.integers(2, 5))
        return shapes.stack(rng, size, shapes.thicknesses(rng, count, size, 0.08 * size), normal, 0.0, 0.0)
    if kind == "grains":
        return layouts.grains(rng, size, 2)
    if kind == "antiphase":
        return (smooth_field(rng, size, int(rng.integers(2, 6))).numpy() > rng.uniform(-0.5, 0.5)).astype(np.int32)
    return np.zeros((size, size), np.int32)


def _mirror(vector: np.ndarray) -> np.ndarray:
    """Reflection (2, 2) of rows (x, y) in the line along `vector`."""
    unit = vector / np.linalg.norm(vector)
    return 2 * np.outer(unit, unit) - np.eye(2)


def _thickness(rng: np.random.Generator, kind: str, size: int) -> np.floating | np.ndarray:
    """A factor that changes slowly, or in bands as bending makes them."""
    if kind != "thickness":
        return np.float32(1)
    field = smooth_field(rng, size, int(rng.integers(2, 5))).numpy()
    if rng.random() < 0.4:
        return (1 + rng.uniform(0.05, 0.25) * np.sin(field * rng.uniform(2, 6))).astype(np.float32)
    return np.exp(rng.uniform(0.05, 0.28) * field).astype(np.float32)
