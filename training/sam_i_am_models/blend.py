"""The weighted mean of two releases of the same networks, which keeps what the older one could and most of what the
newer one learned.

    python -m sam_i_am_models.blend OLD NEW --share .5 OUT [--frames FRAMES]

With --frames the IoU head is fitted anew on the mean, by the training micrographs of that folder.
"""

import argparse
from pathlib import Path

import torch

from .from_release import grown, train_head
from .train_sam import SamModel, write_release

PARTS = ("encoder", "decoder")


def blend(old: dict, new: dict, share: float) -> dict:
    """State of a release: (1 - share) of `old` and `share` of `new`; what is not a number, such as a count of batches,
    comes from `new`.
    """
    out = dict(new)
    for part in PARTS:
        own = {}
        for name, value in new[part].items():
            floating = value.dtype.is_floating_point
            own[name] = torch.lerp(old[part][name].float(), value.float(), share).to(value.dtype) if floating else value
        out[part] = own
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("old", "new", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="of the newer weights")
    parser.add_argument("--frames", type=Path, help="folder of micrographs on which the IoU head is fitted anew")
    parser.add_argument("--quality-frames", type=int, default=240)
    options = parser.parse_args()
    old, new = (torch.load(path, map_location="cpu", weights_only=True) for path in (options.old, options.new))
    torch.save(blend(old, new, options.share), options.out)
    if options.frames:
        net: SamModel = grown(options.out).eval()
        train_head(net, options.frames, options.quality_frames, 64, 0)
        write_release(net, options.out, dtype=torch.float16)


if __name__ == "__main__":
    main()
