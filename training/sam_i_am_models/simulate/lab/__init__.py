"""Simulated micrographs as broad as a lab: what `simulate` never draws (supports, HRTEM, SEM, coherent layers,
artefacts, burnt-in text).
"""

from .micrograph import LAB_SHARE, simulate_lab, simulate_mixed

__all__ = ["LAB_SHARE", "simulate_lab", "simulate_mixed"]
