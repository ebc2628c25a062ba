"""Checkpoints of Segment Anything to ONNX graphs that sam-i-am runs (layout `sam-staged`)."""
