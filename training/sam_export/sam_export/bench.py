"""What Meta's own generator costs: CPU seconds, peak memory and masks as one JSON object on standard output.

    python -m sam_export.bench random-vit-b.pth image.png --points-per-side 16

Reads 8-bit grey images. `npm run bench -- embedded` runs it beside our generator, one after the other.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from segment_anything import SamAutomaticMaskGenerator, SamPredictor

from .checkpoint import load_checkpoint


def cpu_seconds(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def decode_grid(predictor: SamPredictor, per_side: int, batch: int) -> None:
    """The prompts of one crop through Meta's prompt encoder and mask decoder, up to low-resolution masks."""
    sam = predictor.model
    side = sam.image_encoder.img_size
    centres = (torch.arange(per_side) + 0.5) / per_side * side
    points = torch.stack(torch.meshgrid(centres, centres, indexing="xy"), -1).reshape(-1, 1, 2)
    for coords in points.split(batch):
        sparse, dense = sam.prompt_encoder(points=(coords, torch.ones(len(coords), 1)), boxes=None, masks=None)
        sam.mask_decoder(predictor.features, sam.prompt_encoder.get_dense_pe(), sparse, dense, multimask_output=True)


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description="Measure Meta's automatic mask generator.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("image", type=Path)
    parser.add_argument("--points-per-side", type=int, default=16)
    parser.add_argument("--points-per-batch", type=int, default=64, help="Meta's default")
    parser.add_argument("--iou", type=float, default=0.88)
    parser.add_argument("--stability", type=float, default=0.95)
    options = parser.parse_args()
    torch.set_num_threads(1)
    _, sam = load_checkpoint(options.checkpoint)
    image = np.repeat(np.asarray(Image.open(options.image).convert("L"))[..., None], 3, -1)
    generator = SamAutomaticMaskGenerator(
        sam,
        points_per_side=options.points_per_side,
        points_per_batch=options.points_per_batch,
        pred_iou_thresh=options.iou,
        stability_score_thresh=options.stability,
        output_mode="coco_rle",
    )
    masks = []
    total = cpu_seconds(lambda: masks.extend(generator.generate(image)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    predictor = SamPredictor(sam)
    encode = cpu_seconds(lambda: predictor.set_image(image))
    decode = cpu_seconds(lambda: decode_grid(predictor, options.points_per_side, options.points_per_batch))
    report = {
        "encodeCpuS": encode, "decodeCpuS": decode, "totalCpuS": total,
        "peakMB": peak,
        "masks": [mask["segmentation"]["counts"] for mask in masks],
    }  # fmt: skip
    print(json.dumps(report))


if __name__ == "__main__":
    main()
