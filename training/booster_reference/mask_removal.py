"""Mask removal (Algorithm 1 of the paper, section 3.2), on boolean arrays.

`remove_verbatim` walks over the masks as the paper does; `remove_by_sets` is the variant whose result does not depend
on the order of the masks. Both return a list of removals (rule, removed mask, masks that caused it, ratio), by index.
"""

import numpy as np

Finding = tuple[int, list[int], float]  # removed mask, masks that caused it, ratio
Removal = tuple[str, int, list[int], float]  # rule, then as a finding

REDUNDANT_IOU = 0.8  # two masks with at least this IoU are the same mask twice
CHILD_SHARE = 0.8  # a smaller mask with this share of its area in a larger one is its child
TINY_CHILD_SHARE = 0.05  # a child below this share of its parent's area is tiny
COMPOUND_SHARE = 0.7  # children that cover more than this make a mask compound
ISLAND_SHARE = 0.001  # of the image
OPEN_SHARE = 0.5  # an island's surroundings are covered by less than this


def area(mask: np.ndarray) -> int:
    return int(mask.sum())


def overlap(a: np.ndarray, b: np.ndarray) -> int:
    return int((a & b).sum())


def iou(a: np.ndarray, b: np.ndarray) -> float:
    return overlap(a, b) / int((a | b).sum())


def is_redundant(a: np.ndarray, b: np.ndarray) -> bool:
    return iou(a, b) >= REDUNDANT_IOU


def is_child(child: np.ndarray, parent: np.ndarray) -> bool:
    return area(child) < area(parent) and overlap(child, parent) >= CHILD_SHARE * area(child)


def remove_verbatim(masks: list[np.ndarray]) -> list[Removal]:
    """For each mask that is still there, in the order given."""
    left = set(range(len(masks)))
    removals: list[Removal] = []

    def remove(rule: str, index: int, causes: list[int], ratio: float) -> None:
        if index in left:
            left.remove(index)
            removals.append((rule, index, causes, ratio))

    for i in range(len(masks)):
        if i not in left:
            continue
        others = [j for j in sorted(left) if j != i]
        redundant = [j for j in others if is_redundant(masks[j], masks[i])]
        children = [j for j in others if j not in redundant and is_child(masks[j], masks[i])]
        for child in children:
            ratio = area(masks[child]) / area(masks[i])
            if ratio < TINY_CHILD_SHARE:
                remove("tiny-child", child, [i], ratio)
        ratio = sum(area(masks[child]) for child in children) / area(masks[i])
        if ratio > COMPOUND_SHARE:
            remove("compound", i, children, ratio)
        twins = [j for j in [i, *redundant] if j in left]
        if twins:
            largest = max(twins, key=lambda j: area(masks[j]))  # of equal ones the first
            for j in twins:
                if j != largest:
                    remove("redundant", j, [largest], iou(masks[largest], masks[j]))
    for i, ratio in find_islands(masks, sorted(left)):
        remove("tiny-island", i, [], ratio)
    return removals


def remove_by_sets(masks: list[np.ndarray], scores: list[float]) -> list[Removal]:
    """Each rule looks at the whole set that the rules before it left, largest mask first."""
    left = sorted(range(len(masks)), key=lambda i: (-area(masks[i]), runs(masks[i]), -scores[i]))
    removals: list[Removal] = []

    def apply(rule: str, findings: list[Finding]) -> None:
        removals.extend((rule, *finding) for finding in findings)
        gone = {index for index, _, _ in findings}
        left[:] = [i for i in left if i not in gone]

    apply("redundant", find_redundant(masks, left))
    apply("compound", find_compound(masks, left))
    apply("tiny-child", find_tiny_children(masks, left))
    apply("tiny-island", [(i, [], ratio) for i, ratio in find_islands(masks, left)])
    return removals


def find_redundant(masks: list[np.ndarray], left: list[int]) -> list[Finding]:
    kept: list[int] = []
    findings: list[Finding] = []
    for i in left:
        twin = next((j for j in kept if is_redundant(masks[j], masks[i])), None)
        if twin is None:
            kept.append(i)
        else:
            findings.append((i, [twin], iou(masks[twin], masks[i])))
    return findings


def find_compound(masks: list[np.ndarray], left: list[int]) -> list[Finding]:
    findings = []
    for parent in left:
        children = [
            i
            for i in left
            if is_child(masks[i], masks[parent]) and area(masks[i]) >= TINY_CHILD_SHARE * area(masks[parent])
        ]
        union = np.any([masks[i] for i in children], axis=0) if children else np.zeros_like(masks[parent])
        ratio = overlap(union, masks[parent]) / area(masks[parent])
        if ratio > COMPOUND_SHARE:
            findings.append((parent, children, ratio))
    return findings


def find_tiny_children(masks: list[np.ndarray], left: list[int]) -> list[Finding]:
    """The cause is the largest parent of which a child is a tiny part."""
    findings = {}
    for parent in left:
        for child in left:
            ratio = area(masks[child]) / area(masks[parent])
            if is_child(masks[child], masks[parent]) and ratio < TINY_CHILD_SHARE and child not in findings:
                findings[child] = (child, [parent], ratio)
    return list(findings.values())


def find_islands(masks: list[np.ndarray], left: list[int]) -> list[tuple[int, float]]:
    """Tiny masks that stand in a region that no larger mask covers: (index, share of the image)."""
    if not left:
        return []
    size = masks[0].size
    tiny = [i for i in left if area(masks[i]) < ISLAND_SHARE * size]
    covered = np.any([masks[i] for i in left if i not in tiny] or [np.zeros_like(masks[0])], axis=0)
    return [(i, area(masks[i]) / size) for i in tiny if stands_in_the_open(masks[i], covered)]


def stands_in_the_open(mask: np.ndarray, covered: np.ndarray) -> bool:
    """Looks at the mask's box, widened on each side by its own size."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    top, left = max(0, rows[0] - height), max(0, columns[0] - width)
    window = covered[top : rows[0] + 2 * height, left : columns[0] + 2 * width]
    return int(window.sum()) < OPEN_SHARE * window.size


def runs(mask: np.ndarray) -> list[int]:
    """Flat indices at which runs of set pixels start and end."""
    flat = np.concatenate([[0], mask.ravel().astype(np.int8), [0]])
    return np.flatnonzero(np.diff(flat)).tolist()
