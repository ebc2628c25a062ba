"""The profile: what the program needs to name materials (src/booster/material-profile.ts has the schema)."""

import hashlib
from pathlib import Path

import numpy as np

KNOWN_SHARE = 0.05  # of a label's own crops that count as strange: what is less alike than the rest of them is like nothing seen
PROTOTYPES = 12  # per label: one material looks different at different magnifications and along different axes


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def find_prototypes(embeddings, count=PROTOTYPES, steps=20):
    """Spherical k-means from embeddings spread over the list: (count, d) of unit length."""
    centres = embeddings[np.linspace(0, len(embeddings) - 1, min(count, len(embeddings))).astype(int)]
    for _ in range(steps):
        nearest = (embeddings @ centres.T).argmax(1)
        centres = unit(np.stack([embeddings[nearest == i].mean(0) if (nearest == i).any() else c for i, c in enumerate(centres)]))
    return centres


def likeness(embeddings, prototypes):
    """Cosine with the most similar prototype."""
    return (embeddings @ np.array(prototypes).T).max(1)


def make_profile(names, encoder_path, embeddings, labels, weights, biases, about):
    """`embeddings` and `labels` of the training crops; `about`: how it was trained, free text."""
    # How alike a label's crops are is measured on simulations that its prototypes do not come from.
    first = np.arange(len(labels)) < len(labels) // 2
    prototypes = [find_prototypes(embeddings[(labels == i) & first]) for i in range(len(names))]
    others = [embeddings[(labels == i) & ~first] for i in range(len(names))]
    return {
        "format": "sam-i-am-profile",
        "version": 1,
        "textureSha256": hashlib.sha256(Path(encoder_path).read_bytes()).hexdigest(),
        "about": about,
        "labels": [
            {
                "name": name,
                "weights": rounded(weights[i]),
                "bias": round(float(biases[i]), 6),
                "prototypes": [rounded(p) for p in prototypes[i]],
                "leastSimilarity": round(float(np.quantile(likeness(others[i], prototypes[i]), KNOWN_SHARE)), 6),
            }
            for i, name in enumerate(names)
        ],
    }


def rounded(vector):
    return [round(float(value), 6) for value in vector]


def classify(profile, embeddings):
    """Index of each embedding's label, −1 for one that is like nothing seen: what the program does, in plain numpy."""
    labels = profile["labels"]
    logits = embeddings @ np.array([l["weights"] for l in labels]).T + np.array([l["bias"] for l in labels])
    known = np.any([likeness(embeddings, l["prototypes"]) >= l["leastSimilarity"] for l in labels], axis=0)
    return np.where(known, logits.argmax(1), -1)
