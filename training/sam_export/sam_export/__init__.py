"""Checkpoints of Segment Anything to ONNX graphs that sam-i-am runs (layout `sam-staged`)."""

import os

# ONNX Runtime reports every session to its maker, unless it is told not to before it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
