"""From specimen intensity to micrograph: probe, shading, drift, dose, detector and storage."""

import numpy as np
import torch
from torch import Tensor

from .fields import blur, log_uniform, pixel_grid, smooth_field, white_noise

# Electrons per pixel at intensity 1, by difficulty class.
DOSE = {1: (20, 600), 2: (10, 250), 3: (5, 120)}
SPARSE_DOSE = (1, 8)


def is_unseen_dose(dose: float) -> bool:
    """Whether a dose lies in the bands (a quarter of the logarithmic axis) that only test sets draw."""
    return int(8 * np.log10(dose)) % 4 == 3


def draw_dose(rng: np.random.Generator, low: float, high: float, unseen: bool) -> float:
    """Electrons per pixel between `low` and `high`, inside or outside the bands kept for test sets."""
    while True:
        dose = log_uniform(rng, low, high)
        if is_unseen_dose(dose) == unseen:
            return dose


def scan_coordinates(rng: np.random.Generator, size: int, device: str = "cpu") -> tuple[Tensor, Tensor]:
    """Where in the specimen each pixel was recorded: (y, x), with drift, scan-line jitter and slow distortion."""
    yy, xx = pixel_grid(size, device)
    unit = size / 512
    jitter = (
        np.cumsum(rng.standard_normal(size)) * 0.08 * rng.random() + rng.standard_normal(size) * 0.35 * rng.random()
    )
    jitter = torch.from_numpy((jitter * unit).astype(np.float32)).to(device)
    shear = rng.normal() * 0.02
    reach = rng.uniform(0, 2) * unit
    x = xx + smooth_field(rng, size, 3, device) * reach + jitter[:, None] + shear * yy
    return yy + smooth_field(rng, size, 3, device) * reach, x


def shade(rng: np.random.Generator, intensity: torch.Tensor) -> torch.Tensor:
    """Thickness wedge, slow variation, contamination and a strain-like mottling."""
    size = intensity.shape[0]
    yy, xx = pixel_grid(size, intensity.device)
    angle = rng.random() * 2 * np.pi
    ramp = ((xx - size / 2) * np.cos(angle) + (yy - size / 2) * np.sin(angle)) / size
    intensity = intensity * (1 + rng.uniform(0, 0.3) * ramp).clamp(0.3, 2)
    intensity = intensity * (1 + rng.uniform(0, 0.1) * smooth_field(rng, size, 4, intensity.device)).clamp(0.4, 1.8)
    if rng.random() < 0.3:
        intensity = intensity + rng.uniform(0, 0.15) * smooth_field(rng, size, 5, intensity.device).clamp(0, 3)
    if rng.random() < 0.2:
        intensity = intensity * (1 + rng.uniform(0, 0.18) * smooth_field(rng, size, 2, intensity.device)).clamp(
            0.4, 1.8
        )
    return intensity


def detect(
    rng: np.random.Generator,
    intensity: torch.Tensor,
    difficulty: int,
    pixel_unit: float,
    dose: float | None = None,
    unseen: bool = False,
) -> tuple[Tensor, float]:
    """Probe blur, background, Poisson and readout noise. Returns (signal, dose in electrons per pixel)."""
    intensity = blur(intensity, rng.uniform(0.3, 0.9) * pixel_unit)
    background = rng.uniform(0, 0.3) * rng.random()
    sparse = rng.random() < 0.06
    low, high = SPARSE_DOSE if sparse else DOSE[difficulty]
    drawn = draw_dose(rng, low, high, unseen)
    dose = drawn if dose is None else dose
    signal = (intensity + (0 if sparse else background)).clamp(min=0)
    if sparse:
        source = torch.Generator(device=signal.device)
        source.manual_seed(int(rng.integers(2**62)))
        return torch.poisson(signal * dose, generator=source) / dose, dose
    noise = white_noise(rng, signal.shape, signal.device)
    signal = signal + (signal / dose + rng.uniform(0.0001, 0.0009)).sqrt() * noise
    if rng.random() < 0.3:
        lines = white_noise(rng, (signal.shape[0], 1), signal.device)
        signal = signal + rng.uniform(0, 0.04) * lines
    if rng.random() < 0.15:
        signal = blur(signal, rng.uniform(0.4, 1.0) * pixel_unit)
    return signal, dose


def store(rng: np.random.Generator, signal: torch.Tensor, gamma: float | None = None) -> np.ndarray:
    """Scale between two percentiles, clip, gamma, sometimes leave the range half empty; returns uint8 (size, size)."""
    sample = signal[::4, ::4].flatten().sort().values
    low = sample[int(rng.uniform(0, 0.01) * (len(sample) - 1))]
    high = sample[int(rng.uniform(0.985, 1.0) * (len(sample) - 1))]
    drawn = rng.uniform(0.6, 1.6) if rng.random() < 0.6 else 1.0
    image = ((signal - low) / (high - low + 1e-6)).clamp(0, 1) ** (drawn if gamma is None else gamma)
    if rng.random() < 0.2:
        image = image * rng.uniform(0.5, 1)
    return (image * 255 + 0.5).to(torch.uint8).cpu().numpy()
