"""Records what the plain booster does with 200 random mask sets, for test/oracle/booster.test.ts.

    python -m booster_reference.record ../test/fixtures/references/booster.json.gz

in training/; needs numpy only. Masks are written as runs: flat indices at which they start and end.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from booster_reference.mask_removal import Removal

from .mask_merging import merge
from .mask_removal import remove_by_sets, remove_verbatim, runs
from .random_mask_sets import HEIGHT, WIDTH, random_embeddings, random_masks, random_start

SETS = 200


def record_set(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    masks = random_masks(rng)
    scores = [round(float(score), 2) for score in rng.uniform(0.5, 1, len(masks))]
    embeddings = random_embeddings(rng, masks)
    start = random_start(rng, embeddings)
    return {
        "masks": [runs(mask) for mask in masks],
        "scores": scores,
        "verbatim": [named(removal) for removal in remove_verbatim(masks)],
        "bySets": [named(removal) for removal in remove_by_sets(masks, scores)],
        "embeddings": embeddings,
        "start": start,
        "votes": [{"material": label, "margin": margin} for label, margin in merge(embeddings, start)],
    }


def named(removal: Removal) -> dict[str, Any]:
    rule, removed, causes, ratio = removal
    return {"rule": rule, "removed": removed, "causes": causes, "ratio": ratio}


def main(path: Path) -> None:
    recorded = {"width": WIDTH, "height": HEIGHT, "sets": [record_set(seed) for seed in range(SETS)]}
    text = json.dumps(recorded, separators=(",", ":"))
    with open(path, "wb") as file, gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") as packed:
        packed.write(text.encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
