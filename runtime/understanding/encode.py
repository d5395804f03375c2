"""The type of a text encoder: the ground floor names it, a higher floor implements it and hands it in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # who only names the type need not wait for numpy
    import numpy as np
    from numpy.typing import NDArray

Encode = Callable[[Sequence[str]], "NDArray[np.float32]"]
"""Texts in, one row a text out: shape (len(texts), dimensions), rows of unit length."""
