"""The reader of two sentences as a graph for onnxruntime: the installed embedding model, read crosswise.

The weights that come with this package (`weights.safetensors`) are a low-rank change of its attention and feed-forward
matrices (LoRA, Hu et al. 2021) and a small head, trained by tools/train_pair_reader.py; they are merged into the checked
weights of all-MiniLM-L6-v2 when the graph is made, once a machine.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from kb_audit.exports import GRAPH, QUICK, TOKENIZER, About, Unfit, exporting, kept_export, write_graph, write_quick
from kb_audit.model import DIGEST, installed_model
from kb_audit.row_store import cache_folder
from kb_audit.together.session import LENGTH, Session
from runtime.errors import BadInput

WEIGHTS = Path(__file__).with_name("weights.safetensors")
TOLERANCE, ROUGHLY = 1e-3, 0.2
_FORMAT = 3
_SAMPLES = (
    ("Returns are free for 30 days.", "You may send it back within two weeks."), ("a", ""), ("Über 18.", "From 21 on. " * 60),
)  # fmt: skip


@cache
def digest() -> str:
    """16 hex digits of what the reader's answers depend on: its own weights, those they change, and how graphs are made and asked."""
    how = f"{DIGEST} {_FORMAT} {LENGTH}"
    return hashlib.sha256(WEIGHTS.read_bytes() + how.encode()).hexdigest()[:16]


def graph() -> Path | None:
    """The folder with model.onnx, quick.onnx and tokenizer.json, made now if there is none; `None` where it cannot be had."""
    place = cache_folder() / "models" / f"pairs-{digest()}"
    try:
        return place if kept_export(place, _export) else None
    except (ImportError, BadInput):  # the embedding model is not here
        return None


def _export(folder: Path) -> About:
    model = installed_model()
    from kb_audit.torch_rows import load

    loaded = load(model, attention="eager")
    whole = _merged(loaded)
    with exporting():
        loaded.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))
        write_graph(whole, folder, ("ids", "mask", "kinds"), "told")
        write_quick(folder)
    off, roughly = (_off(whole, Session(folder, name)) for name in (GRAPH, QUICK))
    if not (off < TOLERANCE and roughly < ROUGHLY):
        raise Unfit(f"its answers differ from the weights' own ({off:.4f}, {roughly:.4f})")
    return {"weights": digest(), "error": off, "error_of_quick": roughly}


def _merged(loaded: Any) -> Any:
    """The encoder with the change added to its matrices, and the head: ids, mask and kinds in, four probabilities out."""
    import torch
    from safetensors import safe_open

    encoder = loaded[0].auto_model
    with safe_open(str(WEIGHTS), framework="pt") as kept:
        names = kept.keys()
        scale, tensors = float(kept.metadata()["scale"]), {name: kept.get_tensor(name).float() for name in names}
    own = dict(encoder.named_parameters())
    with torch.no_grad():
        for name in (name for name in tensors if name.endswith(".a")):
            stem = name.removesuffix(".a")
            own[f"{stem}.weight"] += scale * (tensors[f"{stem}.b"] @ tensors[name])
        own["embeddings.token_type_embeddings.weight"].copy_(tensors["kinds"])

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder
            self.first, self.last = (
                torch.nn.Linear(*reversed(tensors[f"{n}.weight"].shape)) for n in ("first", "last")
            )
            for layer, name in ((self.first, "first"), (self.last, "last")):
                layer.load_state_dict({part: tensors[f"{name}.{part}"] for part in ("weight", "bias")})

        def forward(self, ids: Any, mask: Any, kinds: Any) -> Any:
            states = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=kinds).last_hidden_state
            weight = mask.unsqueeze(-1).to(states.dtype)
            mean = (states * weight).sum(1) / weight.sum(1)
            told = torch.nn.functional.gelu(self.first(torch.cat([states[:, 0], mean], 1)))
            return self.last(told).softmax(1)

    return Whole().eval()


def _off(whole: Any, session: Session) -> float:
    """The greatest difference of a probability between a graph and the weights it was made from."""
    import numpy as np
    import torch

    worst = 0.0
    for pair in _SAMPLES:
        ids, mask, kinds = session.pieces([pair])
        with torch.no_grad():
            want = whole(*(torch.from_numpy(each) for each in (ids, mask, kinds))).numpy()
        worst = max(worst, float(np.abs(want - session.probabilities([pair])).max()))
    return worst
