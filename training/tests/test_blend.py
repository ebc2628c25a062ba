"""The mean of two releases lies between them, and its ends are the two."""

from typing import Any

import pytest
import torch

from sam_i_am_models.blend import blend
from sam_i_am_models.train_sam import SamModel, write_release


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, dict[str, Any]]]:
    folder, states = tmp_path_factory.mktemp("releases"), []
    for seed in (0, 1):
        torch.manual_seed(seed)
        write_release(SamModel(), folder / f"{seed}.pt", dtype=torch.float16)
        states.append(torch.load(folder / f"{seed}.pt", weights_only=True))
    return states


def test_the_ends_are_the_two_releases(releases: list[dict[str, dict[str, Any]]]) -> None:
    old, new = releases
    for share, end in ((0.0, old), (1.0, new)):
        mixed = blend(old, new, share)
        for part in ("encoder", "decoder"):
            assert all(
                torch.equal(mixed[part][name], end[part][name])
                for name, v in new[part].items()
                if v.dtype.is_floating_point
            )


def test_the_middle_is_the_mean_and_changes_neither(releases: list[dict[str, dict[str, Any]]]) -> None:
    old, new = releases
    before = old["encoder"]["stem.0.weight"].clone()
    mixed = blend(old, new, 0.5)["encoder"]["stem.0.weight"].float()
    assert torch.allclose(
        mixed, (old["encoder"]["stem.0.weight"].float() + new["encoder"]["stem.0.weight"].float()) / 2, atol=1e-3
    )
    assert torch.equal(before, old["encoder"]["stem.0.weight"])
    assert blend(old, new, 0.5)["encoder_settings"] == new["encoder_settings"]
