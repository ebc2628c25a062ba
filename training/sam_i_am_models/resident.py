"""Simulated micrographs in the memory of a GPU, where crops are cut from them; files are read while others are still
being simulated.
"""

from pathlib import Path

import numpy as np
import torch

from .dataset import IMAGE, NAME, grey_range
from .shards import finished_shards


class ResidentShards:
    """Like `dataset.Shards`, with maps that are tensors on `device`: the first `most` micrographs of `size` pixels that
    appear in `folder`.
    """

    def __init__(self, folder: Path, device: str, most: int, size: int = 1024) -> None:
        self.folder = Path(folder)
        self.names: set[str] = set()
        self.maps = torch.empty(most, 5, size, size, dtype=torch.uint8, device=device)
        self.ranges: list[tuple[float, float]] = []
        self.classes: list[int] = []

    def refresh(self, files: int = 1_000_000) -> None:
        """Read at most `files` new files."""
        for path in finished_shards(self.folder, NAME):
            if files == 0 or len(self) == len(self.maps):
                return
            if path.name in self.names:
                continue
            files -= 1
            self.names.add(path.name)
            maps = np.load(path)[: len(self.maps) - len(self)]
            self.maps[len(self) : len(self) + len(maps)] = torch.from_numpy(maps).to(self.maps.device)
            self.ranges += [grey_range(own[IMAGE]) for own in maps]
            self.classes += np.load(path.with_name(path.name.replace("maps", "classes")))[: len(maps)].tolist()

    def __len__(self) -> int:
        return len(self.ranges)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        """Maps (5, size, size) and difficulty of one micrograph."""
        return self.maps[index], self.classes[index]

    def grey_range(self, index: int) -> tuple[float, float]:
        return self.ranges[index]
