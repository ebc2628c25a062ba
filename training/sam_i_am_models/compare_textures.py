"""Which description of 60x60 crops tells materials apart: true regions cut into crops, number of materials known,
k-means, majority vote.

python -m sam_i_am_models.compare_textures --models ../models --network plain=runs/plain/texture.pt --network
fractal=runs/fractal/texture.pt
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from .architectures.texture_encoder import CROP
from .evaluate import regions_told_apart, texture_encoder
from .simulated_set import image_set
from .train_texture import ENCODERS

RINGS = 24


def network(kind: str, checkpoint: Path) -> Callable[[np.ndarray], np.ndarray]:
    """(k, 1, 60, 60) to (k, 64) by a checkpoint of `train_texture`."""
    net = ENCODERS[kind]()
    net.load_state_dict(torch.load(checkpoint, weights_only=True)["texture"])
    net.eval()

    def describe(crops: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return net(torch.from_numpy(crops)).numpy()

    return describe


def fourier(crops: np.ndarray) -> np.ndarray:
    """(k, RINGS) logarithms of the power in rings of the windowed spectrum: no direction, no place."""
    window = np.hanning(CROP)[:, None] * np.hanning(CROP)[None]
    grey = crops[:, 0] - crops.mean((1, 2, 3))[:, None, None]
    power = np.abs(np.fft.fft2(grey * window)) ** 2
    frequency = np.fft.fftfreq(CROP) * CROP
    ring = np.hypot(frequency[:, None], frequency[None]).astype(int)
    return np.stack([np.log(power[:, ring == r].mean(1) + 1e-6) for r in range(1, RINGS + 1)], 1)


def statistics(crops: np.ndarray) -> np.ndarray:
    """(k, 9) mean, deviation, five percentiles, and steps between neighbours across and down."""
    flat = crops.reshape(len(crops), -1)
    steps = [np.abs(np.diff(crops[:, 0], axis=axis)).mean((1, 2)) for axis in (1, 2)]
    return np.stack([flat.mean(1), flat.std(1), *np.percentile(flat, (5, 25, 50, 75, 95), 1), *steps], 1)


def standardised(vectors: np.ndarray) -> np.ndarray:
    """Each figure in units of its spread over the crops: k-means compares what is comparable."""
    return (vectors - vectors.mean(0)) / (vectors.std(0) + 1e-6)


def as_it_is(vectors: np.ndarray) -> np.ndarray:
    return vectors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument(
        "--network",
        action="append",
        default=[],
        metavar="KIND=FILE",
        help=f"a checkpoint of train_texture; KIND: {', '.join(ENCODERS)}",
    )
    parser.add_argument("--set", choices=["validation", "test"], default="validation")
    parser.add_argument("--per-class", type=int, default=30)
    options = parser.parse_args()

    ways = {"shipped": (texture_encoder(options.models), as_it_is)}
    ways |= {
        kind: (network(kind, Path(file)), as_it_is) for kind, file in (each.split("=", 1) for each in options.network)
    }
    ways |= {"rings of the spectrum": (fourier, standardised), "simple statistics": (statistics, standardised)}
    rows: dict[str, dict[int, list[float]]] = {name: {1: [], 2: [], 3: []} for name in ways}
    for index, micrograph in enumerate(image_set(options.set, options.per_class)):
        for name, (describe, scaled) in ways.items():
            rows[name][micrograph.difficulty].append(
                regions_told_apart(micrograph, describe, np.random.default_rng(index), scaled)
            )
    print("| crops by | class 1 | class 2 | class 3 |\n| --- | --- | --- | --- |")
    for name, classes in rows.items():
        print(f"| {name} | " + " | ".join(f"{np.nanmean(classes[c]):.3f}" for c in (1, 2, 3)) + " |")


if __name__ == "__main__":
    main()
