"""How much a model reads: four characters a token, the usual estimate for English and JSON; no tokenizer is asked.

The estimate is said wherever a figure is printed. Counts of real tokenizers lie within about a third of it for JSON.
"""

from __future__ import annotations

import json
from typing import Any

CHARACTERS_A_TOKEN = 4


def tokens_of(value: Any) -> int:
    """Tokens of a value as compact JSON, rounded up; 0 for nothing at all."""
    if value in (None, ""):
        return 0
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    return -(-len(text) // CHARACTERS_A_TOKEN)
