"""Phase contrast: what a microscope's transfer function makes of lattices, amorphous films, coats and shells, with
Fresnel edges.

The phase of the object is filtered by the sine of defocus times the squared frequency under an envelope; absorption
darkens thick places. Fringes reverse where the thickness changes, and moire appears where two lattices lie above each
other.
"""

import numpy as np
from scipy import fft, ndimage

from ..fields import log_uniform, smooth_field
from . import shapes, textures
from .field import Field
from .lattice import Coordinates, Look, scanned, spot_width, tables_of, turned
from .structures import draw_projection

KINDS = {"coated edge": 0.25, "shells": 0.2, "particles": 0.25, "grains": 0.12, "interface": 0.18}


def transfer(phase: np.ndarray, defocus: float, finest: float) -> np.ndarray:
    """Contrast (size, size) of a phase (size, size).

    `defocus` in square pixels (first zero at a period of its root), `finest` period passed in pixels.
    """
    margin = int(min(phase.shape[0] // 4, 64 + 2 * defocus**0.5))
    wide = np.pad(phase, margin, mode="reflect")
    fy, fx = (
        fft.fftfreq(wide.shape[0]).astype(np.float32)[:, None],
        fft.rfftfreq(wide.shape[1]).astype(np.float32)[None],
    )
    square = fx**2 + fy**2
    window = np.sin(np.pi * defocus * square) * np.exp(-((square * finest**2) ** 2)) - 0.06
    contrast = -2 * fft.irfft2(fft.rfft2(wide) * window, s=wide.shape)
    return contrast[margin : margin + phase.shape[0], margin : margin + phase.shape[1]]


def draw(rng: np.random.Generator, size: int) -> Field:
    """An HRTEM micrograph of one of KINDS."""
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    unit, scene = size / 1024, _Scene(rng, size)
    getattr(scene, kind.replace(" ", "_"))()
    finest = scene.period * rng.uniform(0.35, 0.7)
    defocus = (scene.period * log_uniform(rng, 0.7, 2.5)) ** 2
    contrast = transfer(scene.phase, defocus, max(finest, 1.5 * unit))
    spread = max(float(contrast.std()), 1e-6)
    bright = np.exp(-scene.absorption) + contrast / spread * rng.uniform(0.05, 0.16)
    return Field(
        np.clip(bright, 0.02, None).astype(np.float32) * np.float32(0.7),
        scene.materials,
        scene.seen,
        (),
        "hrtem",
        2,
        shading=(0.01, 0.12),
        blur=(0.2, 1.2),
        noise=(0.02, 0.15),
        metadata={"layout": kind, "period_px": round(scene.period, 1)},
    )


class _Scene:
    """Phase, absorption and truth, filled by one of the methods that are named as KINDS."""

    def __init__(self, rng: np.random.Generator, size: int) -> None:
        self.rng, self.size, self.unit = rng, size, size / 1024
        self.phase, self.absorption = (np.zeros((size, size), np.float32) for _ in range(2))
        self.materials = np.ones((size, size), np.uint8)
        self.seen: np.ndarray | None = None
        self.crystals = [draw_projection(rng, 120) for _ in range(2)]
        self.period = log_uniform(rng, 6, 30) * self.unit
        self.places = scanned(rng, size)
        self.strength = rng.uniform(0.5, 1.0)

    def lattice(self, which: int = 0, angle: float | None = None) -> np.ndarray:
        """Phase of one crystal everywhere, mean 0, its fringes reversed in places."""
        rng, crystal = self.rng, self.crystals[which]
        scale = self.period / float(np.linalg.norm(crystal.basis, axis=1).min())
        basis = crystal.basis * scale @ turned(rng.uniform(0, 360) if angle is None else angle)
        table = tables_of(crystal.columns, crystal.weights(0.7), Look(basis, spot_width(rng, crystal, scale)))
        out = Coordinates(*self.places, basis, rng.random(2)).pattern(table[None]) - 1
        out = out / max(float(out.std()), 1e-6)
        if rng.random() < 0.4:
            out = out * np.cos(
                smooth_field(rng, self.size, int(rng.integers(2, 5))).numpy() * rng.uniform(0.5, 1.6)
                + rng.uniform(0, 1)
            )
        return (out * self.strength).astype(np.float32)

    def amorphous(self, strength: float = 1.0) -> np.ndarray:
        """White phase noise: the transfer function makes the grain of it."""
        return self.rng.standard_normal((self.size, self.size), dtype=np.float32) * np.float32(strength * 2.2)

    def thick(self, inside: np.ndarray, slope: float) -> np.ndarray:
        """Thickness from 0 to 1 over `slope` pixels from the outline of `inside`."""
        deep = ndimage.distance_transform_edt(inside).astype(np.float32)
        return (1 - np.exp(-deep / max(slope, 1))) * inside

    def put(
        self, inside: np.ndarray, phase: np.ndarray, absorption: float | np.ndarray, number: int, edge: float = 1.5
    ) -> None:
        """Fill `inside`: its phase and mean, its absorption, its material."""
        soft = ndimage.gaussian_filter(inside.astype(np.float32), edge * self.unit)
        self.phase = self.phase * (1 - soft) + soft * phase + soft * self.rng.uniform(0.5, 4)
        self.absorption = self.absorption * (1 - soft) + soft * absorption
        self.materials = np.where(inside, number, self.materials).astype(np.uint8)

    def half(self, share: float | None = None, rough: float = 0.03) -> np.ndarray:
        """A part of the frame beyond a rough line."""
        rng, size = self.rng, self.size
        share = share or rng.uniform(0.4, 0.8)
        return (
            shapes.stack(
                rng,
                size,
                np.array([1 - share, share]) * 1.2 * size,
                rng.uniform(0, 360),
                rng.uniform(0.002, rough) * size,
                0.4,
            )
            == 1
        )

    def coated_edge(self) -> None:
        """Vacuum, a crystal and (mostly) an amorphous coat between them."""
        rng, crystal = self.rng, self.half()
        coat = rng.uniform(8, 90) * self.unit if rng.random() < 0.75 else 0.0
        slope = log_uniform(rng, 20, 300) * self.unit
        if coat:
            outside = ndimage.distance_transform_edt(~crystal)
            width = coat * (1 + 0.25 * smooth_field(rng, self.size, 6).numpy())
            self.put((outside < width) & ~crystal, self.amorphous(), rng.uniform(0.03, 0.2), 3)
        self.put(
            crystal,
            self.lattice() + self.amorphous(rng.uniform(0, 0.4)),
            rng.uniform(0.05, 0.9) * self.thick(crystal, slope),
            2,
        )
        if rng.random() < 0.3:
            self.phase += self.amorphous(0.15)
        self._grains_in(crystal)

    def _grains_in(self, crystal: np.ndarray) -> None:
        """Sometimes a second grain of the same crystal: the same material."""
        if self.rng.random() < 0.35:
            second = self.half(rough=0.01) & crystal
            soft = ndimage.gaussian_filter(second.astype(np.float32), self.unit)
            self.phase = self.phase * (1 - soft) + soft * (self.lattice() + self.amorphous(0.2))
            self.seen = second.astype(np.int32)

    def shells(self) -> None:
        """Soot and onions: bent fringes that follow the outline, one material; vacuum beside it."""
        rng, size = self.rng, self.size
        inside = np.zeros((size, size), bool)
        phase = self.amorphous(rng.uniform(0.2, 0.6))
        for _ in range(int(rng.integers(1, 6))):
            own = shapes.bodies(rng, size, 1, (0.15 * size, 0.45 * size), shape="blob") > 0
            deep = ndimage.distance_transform_edt(np.pad(own, 1, mode="edge"))[1:-1, 1:-1].astype(np.float32)
            wave = smooth_field(rng, size, int(rng.integers(6, 24))).numpy() * self.period * rng.uniform(0.2, 2.0)
            broken = np.clip(smooth_field(rng, size, int(rng.integers(12, 60))).numpy() + rng.uniform(0.2, 1.2), 0, 1.2)
            phase = np.where(
                own,
                self.strength * 1.4 * broken * np.cos(2 * np.pi * (deep + wave) / self.period) + self.amorphous(0.35),
                phase,
            )
            inside |= own
        if inside.mean() > 0.95:
            inside &= self.half(0.8)
        self.put(inside, phase, rng.uniform(0.1, 0.6) * self.thick(inside, log_uniform(rng, 40, 400) * self.unit), 2)
        self.phase += self.amorphous(rng.uniform(0, 0.12))

    def particles(self) -> None:
        """Crystals on an amorphous film, some at its edge: dark by absorption or seen by their fringes alone."""
        rng, size = self.rng, self.size
        film = np.ones((size, size), bool) if rng.random() < 0.5 else self.half(0.7, 0.06)
        vacuum = not film.all()
        if vacuum:
            self.put(film, self.amorphous(), rng.uniform(0.05, 0.3) * self.thick(film, 40 * self.unit), 2)
        else:
            self.phase, self.absorption = self.amorphous(), self.absorption + rng.uniform(0.05, 0.3)
        many = rng.random() < 0.6
        radii = (9 * self.unit, 40 * self.unit) if many else (0.06 * size, 0.25 * size)
        bodies = shapes.bodies(rng, size, int(rng.integers(20, 120)) if many else int(rng.integers(1, 8)), radii)
        if vacuum:
            bodies[~ndimage.binary_dilation(film, iterations=6)] = 0
        which, dark = np.unique(bodies), rng.uniform(0.15, 1.2)
        fringes = np.stack([self.lattice() for _ in range(min(3, len(which)))])
        inside = bodies > 0
        phase = np.take_along_axis(fringes, (bodies % len(fringes))[None], 0)[0]
        faint = (0.4 + 0.9 * rng.random(int(bodies.max()) + 1).astype(np.float32))[bodies]
        deep = np.minimum(1, ndimage.distance_transform_edt(inside) / (6 * self.unit)).astype(np.float32)
        self.put(inside, phase + self.amorphous(0.6), self.absorption + dark * faint * deep, 3 if vacuum else 2)
        self.seen = bodies

    def grains(self) -> None:
        """Grains of one crystal, everywhere: one material; sometimes a hole."""
        rng, size = self.rng, self.size
        y, x = np.meshgrid(*(np.arange(size, dtype=np.float32),) * 2, indexing="ij")
        best, seen = np.full((size, size), np.inf, np.float32), np.zeros((size, size), np.int32)
        fringes, wave = [self.lattice() for _ in range(3)], smooth_field(rng, size, 8).numpy() * 12 * self.unit
        for number, centre in enumerate(rng.random((int(rng.integers(2, 12)), 2)) * size):
            distance = np.hypot(y - centre[0] + wave, x - centre[1])
            seen, best = np.where(distance < best, number, seen), np.minimum(best, distance)
        self.seen = seen
        self.phase = np.stack(fringes)[seen % 3, np.arange(size)[:, None], np.arange(size)[None]] + self.amorphous(0.3)
        self.absorption += rng.uniform(0, 0.3) * (seen * 0.37 % 1)
        if rng.random() < 0.4:
            self.materials[:] = 2
            self.put(self.half(0.25), self.amorphous(0.1), 0.0, 1)

    def interface(self) -> None:
        """Two crystals, or a crystal and something amorphous, that fill the frame; a layer between them now and then;
        moire where they overlap.
        """
        rng, size = self.rng, self.size
        self.phase, self.absorption = self.lattice(0) + self.amorphous(0.25), self.absorption + rng.uniform(0.1, 0.5)
        layers = 2 + int(rng.random() < 0.5)
        regions = shapes.stack(
            rng,
            size,
            shapes.thicknesses(rng, layers, size, 0.05 * size),
            rng.uniform(0, 360),
            rng.uniform(0.001, 0.015) * size,
        )
        second = self.lattice(1) + self.amorphous(0.25) if rng.random() < 0.6 else self.amorphous(1.0)
        self.put(regions == 1, second, rng.uniform(0.1, 0.6), 2)
        if layers == 3:
            self.put(
                regions == 2, self.amorphous(1.0) if rng.random() < 0.6 else self.lattice(1), rng.uniform(0.02, 0.6), 3
            )
        if rng.random() < 0.2:
            self.phase += (regions == 0) * self.lattice(0) * np.float32(0.8)
        self.phase += (rng.uniform(0.05, 0.3) * textures.cloudy(rng, size, 0.2)).astype(np.float32)
