"""Which simulator seeds serve which purpose. The ranges are disjoint and never change.

TRAIN       0 ..   899_999   training of every model
VALIDATION  900_000 .. 949_999   choice of settings, thresholds and stopping
TEST        950_000 .. 989_999   figures in the model card only, never for a choice
EXAMPLES    990_000 .. 999_999   the micrographs in examples/
"""

TRAIN = range(0, 900_000)
VALIDATION = range(900_000, 950_000)
TEST = range(950_000, 990_000)
EXAMPLES = range(990_000, 1_000_000)
