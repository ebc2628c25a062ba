"""Artefacts of the broad simulator: each keeps shape and kind, is decided by the seed, changes the picture and moves nothing far."""

import numpy as np
import pytest
from scipy import ndimage

from sam_i_am_models.simulate.lab import artefacts
from sam_i_am_models.simulate.lab.field import Field

SIZE = 160


def _picture(seed=0):
    rng = np.random.default_rng(seed)
    body = np.full((SIZE, SIZE), 0.3, np.float32)
    body[:, SIZE // 2 :] = 0.7
    return body + rng.normal(0, 0.02, body.shape).astype(np.float32)


def _field(mode):
    return Field(_picture(), np.where(_picture() > 0.5, 2, 1).astype(np.uint8), mode=mode)


@pytest.mark.parametrize("name", artefacts.SPECIMEN)
def test_artefacts_of_the_specimen_change_the_picture_and_not_the_truth(name):
    field = _field("sem")
    function = artefacts.SPECIMEN[name][0]
    first, second = (function(np.random.default_rng(4), field) for _ in range(2))
    assert first.intensity.dtype == np.float32 and np.isfinite(first.intensity).all()
    assert np.array_equal(first.intensity, second.intensity) and np.array_equal(first.materials, field.materials)
    assert not np.array_equal(first.intensity, field.intensity) and np.array_equal(field.intensity, _picture())


@pytest.mark.parametrize("mode", ["haadf", "tem", "sem", "hrtem"])
@pytest.mark.parametrize("name", artefacts.RECORDING)
def test_artefacts_of_the_recording_move_nothing_far(name, mode):
    for seed in range(4):
        signal = _picture()
        out = artefacts.RECORDING[name][0](np.random.default_rng(seed), signal, mode)
        assert out.shape == signal.shape and out.dtype == np.float32 and np.isfinite(out).all()
        assert np.array_equal(signal, _picture())
        middle = SIZE // 2
        reach = int(artefacts.FARTHEST) + 4
        assert np.median(out[:, : middle - reach]) < 0.5 < np.median(out[:, middle + reach :])
        columns = ndimage.median_filter(np.median(out, 0), 9)
        assert abs(int(np.argmax(columns > 0.5)) - middle) <= artefacts.FARTHEST + 2


@pytest.mark.parametrize("name", artefacts.STORAGE)
def test_artefacts_of_storage_keep_bytes_and_order_of_greys(name):
    image = (_picture() * 255).clip(0, 255).astype(np.uint8)
    first, second = (artefacts.STORAGE[name][0](np.random.default_rng(2), image) for _ in range(2))
    assert first.shape == image.shape and first.dtype == np.uint8 and np.array_equal(first, second)
    assert not np.array_equal(first, image)
    assert first[:, :60].mean() < first[:, 100:].mean()


def test_what_only_scans_do_leaves_cameras_alone():
    for name in ("moved lines", "flyback", "line gain"):
        signal = _picture()
        assert artefacts.RECORDING[name][0](np.random.default_rng(1), signal, "tem") is signal
    assert artefacts.RECORDING["seams"][0](np.random.default_rng(1), signal, "haadf") is signal
