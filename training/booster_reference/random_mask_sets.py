"""Random sets of masks as the rules of mask removal meet them: nested, nearly equal, side by side, tiny."""

import numpy as np

WIDTH, HEIGHT = 72, 56
CROPS, DIMENSIONS = 5, 3


def random_masks(rng: np.random.Generator) -> list[np.ndarray]:
    masks = []
    for _ in range(rng.integers(1, 9)):
        masks.append(random_mask(rng))
        for change in (nearly_equal, half, scrap):
            if rng.random() < 0.35:
                masks.append(change(masks[-1], rng))
    masks = [mask for mask in masks if mask.any()]
    return [masks[i] for i in rng.permutation(len(masks))]


def random_mask(rng: np.random.Generator) -> np.ndarray:
    """A box, an ellipse or both."""
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    for _ in range(rng.integers(1, 3)):
        x, y = rng.integers(0, WIDTH - 4), rng.integers(0, HEIGHT - 4)
        w, h = rng.integers(2, WIDTH), rng.integers(2, HEIGHT)
        if rng.random() < 0.6:
            mask[y : y + h, x : x + w] = True
        else:
            rows, columns = np.ogrid[:HEIGHT, :WIDTH]
            mask |= ((columns - x) / w) ** 2 + ((rows - y) / h) ** 2 < 0.25
    return mask


def nearly_equal(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return mask & (rng.random(mask.shape) > rng.uniform(0, 0.25))


def half(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    part = np.zeros_like(mask)
    if rng.random() < 0.5:
        part[:, : rng.integers(1, WIDTH)] = True
    else:
        part[: rng.integers(1, HEIGHT)] = True
    return mask & part


def scrap(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    pixel = rng.choice(np.flatnonzero(mask)) if mask.any() else 0
    y, x = divmod(int(pixel), WIDTH)
    part = np.zeros_like(mask)
    part[y : y + rng.integers(1, 8), x : x + rng.integers(1, 8)] = True
    return part


def random_embeddings(rng: np.random.Generator, masks: list[np.ndarray]) -> list[list[list[float]]]:
    """A few materials, each a cloud; a mask's crops scatter around its material.

    Rounded, to be written down as they are.
    """
    centres = rng.normal(size=(rng.integers(2, 5), DIMENSIONS))
    scatter = rng.uniform(0.1, 0.8)
    return [
        np.round(centres[rng.integers(len(centres))] + scatter * rng.normal(size=(CROPS, DIMENSIONS)), 3).tolist()
        for _ in masks
    ]


def random_start(rng: np.random.Generator, embeddings: list[list[list[float]]]) -> list[list[float]]:
    """Initial centres: different crops."""
    crops = [crop for of_mask in embeddings for crop in of_mask]
    count = int(rng.integers(2, 5))
    return [crops[i] for i in rng.choice(len(crops), count, replace=False)]
