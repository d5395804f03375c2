"""The type of a text encoder: the ground floor names it, a higher floor implements it and hands it in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts in, one row a text out: shape (len(texts), dimensions), rows of unit length."""
