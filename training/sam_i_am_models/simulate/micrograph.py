"""One simulated micrograph from one seed."""

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from . import imaging, layouts
from .defects import Part, Structure, build, fractional
from .fields import blur, pixel_grid
from .maps import connected_pieces, touching_groups
from .materials import Material, palette

NARROWEST_CELLS = 4.0  # unit cells across the usual region of a crystal
LEAST_CELLS = 2.0  # unit cells across the smallest
FINEST_PERIOD = 5.0  # pixels of a 1024-pixel frame
LEAST_MATERIAL = 60**2  # pixels of a 1024-pixel frame that a material must show: one crop of the texture encoder


@dataclass
class Micrograph:
    """All maps are uint8 (size, size). 0 = interface or unlabelled; numbers start at 1.

    image      grey values
    materials  material, wherever in the frame it lies; none that shows less than one crop of 60 x 60 pixels
    pieces     connected piece of one material (the instance map)
    parts      piece, further cut along visible defects
    groups     touching pieces that read as one (a host with its inclusions, near-identical neighbours)
    """

    image: np.ndarray
    materials: np.ndarray
    pieces: np.ndarray
    parts: np.ndarray
    groups: np.ndarray
    difficulty: int
    metadata: dict = field(default_factory=dict)

    def maps(self) -> np.ndarray:
        """(5, size, size) uint8: image, materials, pieces, parts, groups."""
        return np.stack([self.image, self.materials, self.pieces, self.parts, self.groups])


@dataclass
class Scene:
    """What is to be drawn: parts and their materials, and how wide the interfaces are (pixels)."""

    structure: Structure
    materials: list[Material]
    interface_width: float
    layout: str = "given"


def simulate(
    seed: int, size: int = 512, difficulty: int | None = None, device: str = "cpu", unseen: bool = False
) -> Micrograph:
    """Draw the micrograph of `seed`. The same arguments give the same bytes on the same device.

    `size`: side in pixels; the field of view does not depend on it, so 512 is 1024 at half the sampling.
    `difficulty`: 1 clear .. 3 near-identical lattices, narrow layers, defects; by default drawn from the seed.
    `unseen`: only real lattices and doses that are never drawn without it (crystals.UNSEEN_CELLS,
    imaging.is_unseen_dose).
    """
    rng = np.random.default_rng(seed)
    drawn = int(rng.integers(1, 4))
    difficulty = difficulty or drawn
    scene = draw_scene(rng, size, difficulty, unseen)
    return photograph(rng, scene, size, Exposure(difficulty, device, unseen=unseen), {"seed": seed})


def draw_scene(
    rng: np.random.Generator, size: int, difficulty: int, unseen: bool = False, count: int | None = None
) -> Scene:
    """Choose layout, materials and defects.

    `count`: materials, where the layout has as many regions; two to four by default.
    """
    names = list(layouts.LAYOUTS)
    layout = str(rng.choice(names, p=[layouts.LAYOUTS[n][1] for n in names]))
    regions = layouts.LAYOUTS[layout][0](rng, size, difficulty)
    drawn_count = int(rng.integers(2, 5))
    materials = min(count or drawn_count, int(regions.max()) + 1)
    sem = layout != "single" and rng.random() < (
        0.3 if layout in ("mottled", "particles", "layers with blobs") else 0.06
    )
    drawn = palette(rng, materials, difficulty, size / 1024, sem, unseen)
    of_region = layouts.assign_materials(rng, regions, layout, materials)
    regions, drawn = _fit_lattices(regions, of_region, drawn, size / 1024)
    lattice = [m.kind == "crystal" for m in drawn]
    coherent = rng.random() < (0.7 if layout == "mottled" else 0.25)
    structure = build(rng, regions, of_region, _turns(rng, of_region, layout, coherent), lattice, coherent)
    width = rng.uniform(0.3, 1.5) if rng.random() < 0.75 else rng.uniform(1.5, 7)
    return Scene(structure, drawn, float(width * size / 1024), layout)


def _fit_lattices(
    regions: np.ndarray, of_region: np.ndarray, materials: list[Material], scale: float
) -> tuple[np.ndarray, list[Material]]:
    """A crystal is several unit cells wide: sample all lattices finer where it would not be, and leave no region of
    fewer than two.

    Returns (regions, materials). A particle of one cell has no lattice that it could be known by.
    """
    breadth = layouts.breadths(regions)
    periods = np.array([m.cell.period if m.cell else 0.0 for m in materials])
    factor = 1.0
    for material in np.unique(of_region[breadth > 0]):
        usual = np.median(breadth[(of_region == material) & (breadth > 0)])
        factor = max(factor, NARROWEST_CELLS * periods[material] / usual)
    if factor > 1:
        factor = max(1.0, min(factor, periods[periods > 0].min() / (FINEST_PERIOD * scale)))
    unwanted = (breadth < LEAST_CELLS * periods[of_region] / factor) & ~_broadest(of_region, breadth)
    return layouts.dissolve(regions, unwanted), [m.sampled(factor) for m in materials]


def _broadest(of_region: np.ndarray, breadth: np.ndarray) -> np.ndarray:
    """Whether each region is the broadest of its material: that one stays, however small."""
    keep = np.zeros(len(of_region), bool)
    for material in np.unique(of_region):
        members = np.nonzero(of_region == material)[0]
        keep[members[breadth[members].argmax()]] = True
    return keep


def _turns(rng: np.random.Generator, of_region: np.ndarray, layout: str, coherent: bool) -> list[float]:
    """Rotation of each region's lattice in degrees: epitaxial for most, arbitrary for some grains and particles."""
    aligned = rng.random() < 0.6
    base = rng.choice([0, 90]) + rng.normal() * 2 if aligned else rng.uniform(0, 180)
    if coherent:
        return [base] * len(of_region)
    of_material = {m: base + (rng.normal() * 2 if aligned else rng.uniform(0, 180)) for m in np.unique(of_region)}
    scatter = {"grains": 20.0, "particles": 25.0}.get(layout, 3.0)
    turns = []
    for material in of_region:
        free = rng.random() < (0.3 if layout in ("grains", "particles") else 0.06)
        turns.append(rng.uniform(0, 180) if free else of_material[material] + rng.normal() * scatter * rng.random())
    return turns


@dataclass(frozen=True)
class Exposure:
    """How a scene is recorded. `dose` and `gamma` are drawn where they are not given; `unseen`: see `simulate`."""

    difficulty: int
    device: str = "cpu"
    dose: float | None = None
    gamma: float | None = None
    unseen: bool = False


def photograph(
    rng: np.random.Generator, scene: Scene, size: int, exposure: Exposure, metadata: dict[str, int]
) -> Micrograph:
    """Render the scene, image it, and derive the maps."""
    intensity, unsure = render(rng, scene, size, exposure.device)
    intensity = _rims(rng, scene, intensity)
    intensity = imaging.shade(rng, intensity)
    signal, dose = imaging.detect(rng, intensity, exposure.difficulty, size / 512, exposure.dose, exposure.unseen)
    image = imaging.store(rng, signal, exposure.gamma)
    maps = _maps(scene, unsure.cpu().numpy(), size)
    used = np.unique(maps[0][maps[0] > 0]) - 1
    metadata = metadata | {
        "layout": scene.layout,
        "dose": round(float(dose), 2),
        "materials": [scene.materials[i].name for i in used],
        "period_px": [round(float(scene.materials[i].cell.period), 1) for i in used if scene.materials[i].cell],
    }
    return Micrograph(image, *maps, exposure.difficulty, metadata)


def render(rng: np.random.Generator, scene: Scene, size: int, device: str = "cpu") -> tuple[Tensor, Tensor]:
    """Intensity of the specimen (size, size) and where the interfaces leave the material unsure (bool)."""
    y, x = imaging.scan_coordinates(rng, size, device)
    structure, width = scene.structure, scene.interface_width
    part_map = torch.from_numpy(structure.part_map).to(device)
    total = torch.zeros(size, size, device=device)
    surest = torch.zeros(size, size, device=device)
    share_of: dict[int, torch.Tensor] = {}
    for number, part in enumerate(structure.parts):
        mask = part_map == number
        box = _box(mask, int(3 * width) + 2)
        if box is None:
            continue
        share = blur(mask[box].float(), width)
        total[box] += share * _part_intensity(rng, scene.materials[part.material], part, y[box], x[box])
        share_of.setdefault(part.material, torch.zeros(size, size, device=device))[box] += share
    for share in share_of.values():
        surest = torch.maximum(surest, share)
    for mask, factor in structure.seams:
        soft = blur(torch.from_numpy(mask).to(device).float(), 0.8 * size / 1024)
        total = total * (1 + (factor - 1) * soft)
    return total, surest < (0.8 if width > 1.5 * size / 1024 else 0.0)


def _box(mask: torch.Tensor, margin: int) -> tuple[slice, slice] | None:
    rows, columns = mask.any(1).nonzero(), mask.any(0).nonzero()
    if not len(rows):
        return None
    top, bottom = int(rows[0]) - margin, int(rows[-1]) + margin + 1
    left, right = int(columns[0]) - margin, int(columns[-1]) + margin + 1
    return slice(max(0, top), bottom), slice(max(0, left), right)


def _part_intensity(rng: np.random.Generator, material: Material, part: Part, y: Tensor, x: Tensor) -> Tensor:
    if material.kind != "crystal":
        return part.gain * material.intensity(rng, y, x)
    assert material.cell is not None, "a crystal has a cell"
    u, v = fractional(part, np.linalg.inv(material.cell.basis()), y, x)
    return part.gain * material.intensity(rng, u, v)


def _rims(rng: np.random.Generator, scene: Scene, intensity: Tensor) -> Tensor:
    """Bright or dark fringes along the outline of one material: edge effects of SEM, reacted or damaged interfaces."""
    sem = all(material.kind != "crystal" for material in scene.materials)
    chance = rng.random() * (0.4 if sem else 1.0)
    if chance > 0.25:
        return intensity
    structure, size = scene.structure, intensity.shape[0]
    material = structure.parts[int(rng.integers(len(structure.parts)))].material
    members = [n for n, part in enumerate(structure.parts) if part.material == material]
    inside = torch.from_numpy(np.isin(structure.part_map, members)).to(intensity.device).float()
    width = rng.uniform(1.5, 7) * size / 1024
    fringe = (blur(inside, width) - blur(inside, 0.4 * width)).clamp(min=0) * 4
    side = fringe if chance < 0.15 else fringe * (1 - inside)
    return intensity * (1 + rng.choice([1, 1, -1]) * rng.uniform(0.05, 0.5) * side).clamp(min=0.2)


def _maps(scene: Scene, unsure: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Materials, pieces, parts and groups, in this order."""
    structure = scene.structure
    of_part = np.array([part.material + 1 for part in structure.parts], np.uint8)
    materials = of_part[structure.part_map]
    materials[unsure] = 0
    materials[_slivers(materials, LEAST_MATERIAL * (size / 1024) ** 2)] = 0
    least = max(16, round(240 * (size / 1024) ** 2))
    pieces = connected_pieces(materials, least)
    seen_as = np.array(structure.seen_as)
    cuts = seen_as[structure.part_map].astype(np.int64) + 1
    parts = connected_pieces(_renumber(cuts * 256 + pieces, pieces > 0), least)

    def similar(a: int, b: int) -> bool:
        return _is_twin(scene.materials, a - 1, b - 1)

    groups = touching_groups(pieces, materials, similar, max(2, round(10 * size / 1024)))
    return materials, pieces, parts, groups


def _slivers(materials: np.ndarray, least: float) -> np.ndarray:
    """Where materials lie that show less than `least` pixels in all: specks that nobody could name are unlabelled."""
    return np.isin(materials, np.nonzero(np.bincount(materials.ravel()) < least)[0])


def _renumber(labels: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Small consecutive numbers for the labels where `valid`, 0 elsewhere."""
    out = np.zeros(labels.shape, np.int32)
    if valid.any():
        out[valid] = np.unique(labels[valid], return_inverse=True)[1].reshape(-1) + 1
    return out


def _is_twin(materials: list[Material], a: int, b: int) -> bool:
    return materials[a].twin_of == b or materials[b].twin_of == a


def pixel_axes(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Row and column numbers, for scripts that lay out a scene by hand."""
    yy, xx = pixel_grid(size)
    return yy.numpy(), xx.numpy()
