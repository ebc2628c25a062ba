"""Mask merging (Algorithm 2 of the paper, section 3.2), from the crops' embeddings on.

All crops of all masks are clustered by k-means from given centres; a mask has the label that most of its crops have.
"""

MOST_ITERATIONS = 100
TOLERANCE = 1e-6  # squared distance that a centre may still move


def squared_distance(a: list[float], b: list[float]) -> float:
    return sum((x - y) ** 2 for x, y in zip(a, b, strict=True))


def nearest(vector: list[float], centres: list[list[float]]) -> int:
    """Of equally near centres the first."""
    return min(range(len(centres)), key=lambda c: squared_distance(vector, centres[c]))


def mean(vectors: list[list[float]]) -> list[float]:
    return [sum(values) / len(vectors) for values in zip(*vectors, strict=True)]


def k_means(vectors: list[list[float]], centres: list[list[float]]) -> list[int]:
    """Lloyd's algorithm. A centre without vectors stays where it is. Returns the labels of the last assignment."""
    for _ in range(MOST_ITERATIONS):
        labels = [nearest(vector, centres) for vector in vectors]
        members = [[v for v, label in zip(vectors, labels, strict=True) if label == c] for c in range(len(centres))]
        moved = [mean(group) if group else centre for group, centre in zip(members, centres, strict=True)]
        if all(squared_distance(a, b) <= TOLERANCE for a, b in zip(moved, centres, strict=True)):
            return labels
        centres = moved
    return labels


def majority(labels: list[int], count: int) -> tuple[int, float]:
    """The label that occurs most often, of equal ones the smallest, and its share."""
    votes = [labels.count(label) for label in range(count)]
    return votes.index(max(votes)), max(votes) / len(labels)


def merge(embeddings_per_mask: list[list[list[float]]], centres: list[list[float]]) -> list[tuple[int, float]]:
    """Label and margin of each mask; masks of one label are one material."""
    labels = k_means([e for embeddings in embeddings_per_mask for e in embeddings], centres)
    result, start = [], 0
    for embeddings in embeddings_per_mask:
        result.append(majority(labels[start : start + len(embeddings)], len(centres)))
        start += len(embeddings)
    return result
