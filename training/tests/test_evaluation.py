"""Mask generator and measures on cases with known answers; the example micrographs are what the repository holds."""

import numpy as np
import pytest

from sam_i_am_models import seeds
from sam_i_am_models.automatic_masks import (
    Candidates,
    box_iou,
    filter_candidates,
    full_masks,
    grid_points,
    mask_iou,
    prepare,
    stability,
    suppress,
)
from sam_i_am_models.crops import scale_grey
from sam_i_am_models.examples import EXAMPLES
from sam_i_am_models.measures import best_threshold, cluster, connected, overlap_table, regions_right, spearman

HALVES = np.stack([np.tril(np.ones((16, 16), bool)), ~np.tril(np.ones((16, 16), bool))])


def test_prepare_pads_to_multiples_of_32():
    assert prepare(np.random.default_rng(0).random((100, 60)), 96).shape == (1, 1, 96, 64)


def test_scale_grey_survives_a_constant_image():
    assert scale_grey(np.full((8, 8), 7)).max() == 0


def test_grid_points_are_cell_centres():
    assert grid_points(32, 64, 2).tolist() == [[15.5, 7.5], [47.5, 7.5], [15.5, 23.5], [47.5, 23.5]]


def test_overlaps_and_suppression():
    assert mask_iou(HALVES) == pytest.approx(np.eye(2))
    assert box_iou(HALVES)[0, 1] > 0.7
    assert suppress(np.array([0.5, 0.9]), np.ones((2, 2)), 0.7).tolist() == [1]


def test_filter_keeps_both_halves_only_without_box_suppression():
    logits = np.where(HALVES, 9.0, -9.0).astype(np.float32)
    found = Candidates(logits, np.array([0.9, 0.8]), stability(logits), np.zeros((2, 2)))
    thresholds = {"predictedIou": 0.5, "stabilityScore": 0.9, "boxNms": 1, "maskNms": 0.7}
    assert len(filter_candidates(found, thresholds)) == 2
    assert len(filter_candidates(found, thresholds | {"boxNms": 0.7})) == 1
    assert full_masks(found, (50, 64), 64).shape == (2, 50, 64)


def test_stability():
    assert stability(np.array([[0.5, 2.0], [-0.5, -2.0]])) == pytest.approx(1 / 3)


def test_measures():
    assert overlap_table(HALVES, HALVES, np.ones((16, 16), bool)) == pytest.approx(np.eye(2))
    assert spearman(np.array([1, 2, 3]), np.array([2, 4, 9])) == pytest.approx(1)
    assert len(connected(HALVES[0].astype(int), 4)) == 2
    assert regions_right({1: 0, 2: 1, 3: 1}, {1: 5, 2: 6, 3: 6}) == 1
    assert best_threshold([(np.array([0.1, 0.2]), np.array([0.5, 0.9])), (np.array([0.1]), np.array([]))]) == (0.2, 1.0)


def test_cluster_parts_two_clouds():
    points = np.concatenate([np.zeros((5, 2)), np.ones((5, 2))]) + np.random.default_rng(0).normal(size=(10, 2)) * 0.01
    labels = cluster(points, 2)
    assert len(set(labels[:5])) == len(set(labels[5:])) == 1 and labels[0] != labels[5]


def test_examples_use_their_own_seeds():
    assert all(seed in seeds.EXAMPLES for _, seed in EXAMPLES.values())
