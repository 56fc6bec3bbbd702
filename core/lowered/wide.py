"""Columns of whole numbers that can outgrow 64 bits: then they are Python's own integers."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.lowered.columns import SAFE, Array
from core.lowered.tables import Numbers

__all__ = ["ARRAYS", "most_of", "narrow", "summable", "times", "wide", "wide_times"]


def most_of(column: Any) -> int:
    """The largest of a column of integers that are not negative."""
    return int(column.max(initial=0)) if isinstance(column, np.ndarray) else int(column)


def times(one: Any, other: Any) -> Any:
    """A product, with Python's own integers where it may not fit."""
    if most_of(one) * most_of(other) < SAFE:
        return one * other
    return wide_times(one, other)


def wide_times(one: Any, other: Any) -> Any:
    """A product that does not fit in 64 bits."""
    return wide(one) * wide(other)


def wide(column: Any) -> Any:
    """A column as Python's own integers."""
    return column.astype(object) if isinstance(column, np.ndarray) else column


def summable(column: Array) -> Array:
    """A column whose sum fits in what it is kept in."""
    return column if len(column) == 0 or most_of(column) * len(column) < SAFE else column.astype(object)


def narrow(column: Any) -> Array:
    """Back to 64 bits, where all of a column fits again."""
    if isinstance(column, np.ndarray) and column.dtype == object and (len(column) == 0 or most_of(column) < SAFE):
        return column.astype(np.int64)
    return np.asarray(column)


ARRAYS = Numbers(np.minimum, np.maximum, times)
