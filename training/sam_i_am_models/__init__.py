"""Models of sam-i-am: simulated micrographs, a small SAM and a texture encoder, trained from scratch."""

import os

# ONNX Runtime reports every session to its maker, unless it is told not to before it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
