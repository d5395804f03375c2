"""The optional language model of `cxready pilot run`: what it may do is little, and every word of it is checked."""

from __future__ import annotations

import os
from typing import Any

from runtime.errors import BadInput


def models_of(name: str | None, url: str | None, words: bool) -> dict[str, Any]:
    """`propose`, `reword` and the `model` of agent steps for a pilot; empty without a model.

    Raises:
        BadInput: a name without an address, or the other way round.
    """
    if not name and not url:
        if words:
            raise BadInput("there is no model to word replies", "--model-words", "give --model and --model-url")
        return {}
    if not name or not url:
        raise BadInput("a model needs its name and its address", "--model, --model-url", "give both, or none")
    from runtime.understanding.model import proposer
    from runtime.understanding.model_client import open_model
    from runtime.understanding.rewording import reworder

    model = open_model(name, url, os.environ.get("CXREADY_MODEL_KEY", ""))
    return {"propose": proposer(model), "model": model, **({"reword": reworder(model)} if words else {})}
