"""Two classifiers of crops: a linear layer on fixed embeddings, and the same network trained from random weights as in the paper."""

import numpy as np
import onnxruntime
import torch
import torch.nn.functional as F
from torch import nn

from sam_i_am_models.architectures import TextureEncoder

from .crops import simulated_crops


def labelled_set(seeds, names, crops_per_material):
    """Crops and labels of many simulations."""
    drawn = [simulated_crops(seed, names, crops_per_material) for seed in seeds]
    return np.concatenate([c for c, _ in drawn]), np.concatenate([l for _, l in drawn])


def embed(encoder_path, crops):
    """Embeddings (n, d) of crops (n, 60, 60) by the embedded encoder."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(encoder_path, options, providers=["CPUExecutionProvider"])
    batches = np.array_split(crops[:, None].astype(np.float32), max(1, len(crops) // 128))
    return np.concatenate([session.run(["embeddings"], {"crops": batch})[0] for batch in batches])


def train_linear(embeddings, labels, classes, steps=300, decay=1e-4):
    """Softmax regression. Returns weights (classes, d) and biases (classes,)."""
    torch.manual_seed(0)
    x, y = torch.from_numpy(embeddings).float(), torch.from_numpy(labels)
    layer = nn.Linear(x.shape[1], classes)
    optimiser = torch.optim.Adam(layer.parameters(), 0.1, weight_decay=decay)
    for _ in range(steps):
        loss = F.cross_entropy(layer(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return layer.weight.detach().numpy(), layer.bias.detach().numpy()


def train_from_random_weights(crops, labels, classes, steps=150, batch=48):
    """The encoder's network and a linear layer, end to end. Returns a function from crops to labels."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    net = nn.Sequential(TextureEncoder(), nn.Linear(64, classes))
    optimiser = torch.optim.AdamW(net.parameters(), 2e-3)
    for _ in range(steps):
        chosen = rng.choice(len(crops), batch)
        x = torch.from_numpy(crops[chosen, None]).float()
        loss = F.cross_entropy(8 * net(x), torch.from_numpy(labels[chosen]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    net.eval()

    def classify(given):
        with torch.no_grad():
            return net(torch.from_numpy(given[:, None]).float()).argmax(1).numpy()

    return classify
