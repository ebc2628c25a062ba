"""What every kind of scene hands over: the picture before it is recorded, and the truth."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Field:
    """A specimen as an ideal instrument would see it. Lengths that say so are in pixels of a 1024-pixel frame.

    intensity   float32 (size, size), 1 = bright, usually 0 to 1; what lies outside is kept until it is stored
    materials   uint8 (size, size): material numbers from 1 on; 0 = nobody could say (interfaces, slopes); a material
    that shows
                fewer than `develop.LEAST_MATERIAL` pixels becomes 0
    seen_as     int (size, size) or None: within one material, pixels with different numbers are parted by an outline
    that
                an eye sees (a grain boundary, a crack, one particle before another); connected pieces are told apart
                anyway
    twins       pairs of material numbers that read as nearly identical: touching pieces of them are one group
    mode        "haadf", "bf", "abf", "hrtem", "tem" or "sem": which artefacts and noise fit
    difficulty  1 clear, 2 usual, 3 hard to see
    shading     lowest and highest amplitude of the smooth factor over the frame (its logarithm): thickness, detector
    blur        lowest and highest sigma of the probe in pixels of a 1024-pixel frame
    noise       lowest and highest deviation of the noise, as a share of the range from 0.5 to 99.5 % of the intensity
    artefacts   factor on the chance of every artefact and overlay (0: none)
    metadata    whatever a test or a table wants to know
    """

    intensity: np.ndarray
    materials: np.ndarray
    seen_as: np.ndarray | None = None
    twins: tuple[tuple[int, int], ...] = ()
    mode: str = "haadf"
    difficulty: int = 2
    shading: tuple[float, float] = (0.0, 0.2)
    blur: tuple[float, float] = (0.3, 1.6)
    noise: tuple[float, float] = (0.01, 0.12)
    artefacts: float = 1.0
    metadata: dict = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Side in pixels."""
        return self.intensity.shape[0]

    @property
    def unit(self) -> float:
        """Pixels of this frame for one pixel of a 1024-pixel frame: multiply every length by it."""
        return self.size / 1024
