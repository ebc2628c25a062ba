"""One thread: the networks are small here, and threads that wait for each other make the
tests slow on a busy machine.
"""

from pathlib import Path

import pytest
import torch

from sam_i_am_models import piece_crops

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Crops of the pieces of the micrographs of seeds 10 to 15, 256 px a side."""
    folder = tmp_path_factory.mktemp("pieces")
    piece_crops.write(folder, count=6, first=10, size=256, workers=1)
    return folder
