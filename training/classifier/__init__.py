"""The supervised alternative to clustering (section 4.2 of the paper): texture crops → material names, trained on simulations.

crops.py     crops of named materials, cut from simulated micrographs
training.py  a linear layer on the embedded texture encoder, or the paper's way: the same network from random weights
profile.py   the profile that the program reads (src/booster/material-profile.ts)
__main__.py  trains, compares, writes a profile:  python -m classifier --materials SrTiO3 Ge --out profile.json
"""

import os

# ONNX Runtime reports every session to its maker, unless it is told not to before it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
