"""A checkpoint to ONNX graphs, with a parity report.

python -m sam_export sam_vit_b_01ec64.pth --out sam-vit-b
npx sam-i-am models add sam-vit-b
"""

import argparse
import sys
from pathlib import Path

from .checkpoint import UnknownCheckpoint, load_checkpoint
from .export import TOLERANCE, export_sam, parity, write_entry


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="sam-export", description="Export a SAM checkpoint to the ONNX graphs of sam-i-am."
    )
    parser.add_argument("checkpoint", type=Path, help=".pth or .pt file of SAM (ViT-B, L, H), MobileSAM or micro-sam")
    parser.add_argument("--out", type=Path, required=True, help="folder for the graphs, model.json and parity.json")
    parser.add_argument("--id", help="model id; by default the name of the folder")
    parser.add_argument("--licence", default="Apache-2.0", help="licence of the weights (micro-sam: CC-BY-4.0)")
    parser.add_argument(
        "--no-parity", action="store_true", help="skip the comparison with PyTorch, which needs several GB for ViT-H"
    )
    options = parser.parse_args()
    try:
        architecture, sam = load_checkpoint(options.checkpoint)
    except UnknownCheckpoint as error:
        print(f"sam-export: {error}", file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    export_sam(sam, options.out)
    report = {} if options.no_parity else parity(sam, options.out)
    for name, difference in report.items():
        print(f"{name}: largest difference {difference:.1e}")
    if report and max(report.values()) > TOLERANCE:
        print(
            f"sam-export: the graphs differ from PyTorch by more than {TOLERANCE}; they are not to be used",
            file=sys.stderr,
        )
        return 1
    write_entry(
        options.out,
        options.id or options.out.resolve().name,
        architecture,
        sam.image_encoder.img_size,
        options.licence,
        report or {"not compared": 0.0},
    )
    print(f"wrote {options.out}; now: npx sam-i-am models add {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
