"""A random sample of the mutants of a part, and how sure a share of it is."""

from collections.abc import Collection
from hashlib import sha256
from math import sqrt

_Z = 1.96
"""Quantile of the normal distribution for a confidence of 95 %."""


def sample(keys: Collection[str], size: int | None, seed: int) -> frozenset[str]:
    """The mutants of a sample (None: all). A mutant keeps its place when others are added."""
    drawn = sorted(keys, key=lambda key: sha256(f"{seed} {key}".encode()).digest())
    return frozenset(drawn[:size])


def interval(hits: int, total: int) -> tuple[float, float]:
    """The limits of the share of all mutants, by the hits in a sample. (Wilson, 95 %)"""
    share, square = hits / total, _Z * _Z
    middle = share + square / (2 * total)
    half = _Z * sqrt(share * (1 - share) / total + square / (4 * total * total))
    scale = 1 + square / total
    return (middle - half) / scale, (middle + half) / scale
