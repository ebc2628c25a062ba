"""Simulated STEM micrographs with exact maps of materials, pieces, parts and groups."""

from .micrograph import Micrograph, simulate

__all__ = ["Micrograph", "simulate"]
