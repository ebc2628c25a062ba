"""One thread: the networks are small here, and threads that wait for each other make the tests slow on a busy machine."""

import torch

torch.set_num_threads(1)
