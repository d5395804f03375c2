"""Trains what kb_audit/together ships: the low-rank change of the embedding model that reads two sentences together.

    python tools/train_pair_reader.py --field DIR … [--epochs 8] [--go-on-from FILE] [--out FILE]

From the families and pairs in tests/cases/knowledge (the set kept back is only printed), and from well-kept documentation
(`--field`): near sentences of it contradict each other hardly ever, the ones that an audit would read least of all to be left
out, and a copy of a sentence with another figure always does. After an epoch the pairs of the field that look most like a
conflict are taken in. About an hour on two cores.
"""

from __future__ import annotations

import json
import math
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from safetensors.torch import load_file, save_file

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.planting import changed, reworded
from kb_audit.claims import Claim, claims
from kb_audit.conflicts import find_conflicts
from kb_audit.embedding import encoder
from kb_audit.model import installed_model
from kb_audit.sources import folder
from kb_audit.together.as_read import as_read
from kb_audit.together.graph import WEIGHTS
from kb_audit.together.session import LENGTH
from kb_audit.together.shortlist import shortlist
from runtime.understanding.encode import Encode

CASES = Path(__file__).parents[1] / "tests" / "cases" / "knowledge"
LABELS = {"conflict": 0, "scope": 1, "agree": 2, "unrelated": 3}
NO_CONFLICT = -1
RANK, SCALE, RATE, BATCH, SEED = 16, 2.0, 5e-4, 32, 20261123
_OF_A_FAMILY = {0: 3, 2: 2, 1: 2, 3: 2}
_FIELD, _HARD, _COPIES, _POOL, _READ, _MOST = 3_000, 1_200, 1_500, 8_000, 0.3, 12_000
_HEADINGS = ("FAQ", "Good to know", "Overview", "Policy", "Notes", "Details", "Answers", "General", "Terms", "Help")
Row = tuple[str, str, int]


@click.command()
@click.option("--field", multiple=True, type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--epochs", default=8)
@click.option("--most", default=0, help="rows an epoch, to try the script; 0: all")
@click.option(
    "--go-on-from", type=click.Path(exists=True, path_type=Path), help="weights to begin with, instead of none"
)
@click.option("--out", type=click.Path(path_type=Path), default=WEIGHTS)
def main(field: tuple[Path, ...], epochs: int, most: int, go_on_from: Path | None, out: Path) -> None:
    random.seed(SEED)
    torch.manual_seed(SEED)
    lesson = Lesson([_stated(where) for where in field], encoder())
    trained = Trained()
    if go_on_from:
        trained.take(go_on_from)
    steps = epochs * math.ceil((most or len(lesson.rows())) / BATCH)
    optimizer = torch.optim.AdamW([p for p in trained.parameters() if p.requires_grad], lr=RATE, weight_decay=0.01)
    warm = max(1, steps * 6 // 100)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / warm) * max(0.02, 1 - step / steps)
    )
    began = time.monotonic()
    for epoch in range(epochs):
        total, rows = 0.0, lesson.rows()[: most or None]
        for batch in _batches(rows):
            loss = trained.loss(batch)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += float(loss.detach()) * len(batch)
        print(
            f"epoch {epoch + 1}: loss {total / len(rows):.3f}, {time.monotonic() - began:.0f} s; {_kept_back(trained)}"
        )
        if epoch + 1 < epochs:
            lesson.look_again(trained, most)
    trained.save(out)
    print(f"written: {out}")


class Lesson:
    """The rows of an epoch, chosen anew each time."""

    def __init__(self, fields: Sequence[Sequence[Claim]], encode: Encode) -> None:
        self._pairs = [(row["a"], row["b"], LABELS[row["label"]]) for row in _labelled("trained_on")]
        self._families = [
            list(_of_family(json.loads(line)))
            for file in sorted((CASES / "families").glob("*.jsonl"))
            for line in _lines(file)
        ]
        self._pool = [
            row
            for stated in fields
            for row in (*_near(stated, encode, _POOL // len(fields)), *_would_be_read(stated, encode))
        ]
        self._figures = [claim for stated in fields for claim in stated if changed(claim.text, random)]
        self._hard: list[Row] = []

    def rows(self) -> list[Row]:
        """Shuffled."""
        found = list(self._pairs)
        for family in self._families:
            for label, count in _OF_A_FAMILY.items():
                own = [row for row in family if row[2] == label]
                found += random.sample(own, min(count, len(own)))
        found = [_with_headings(row) for row in found]
        found += random.sample(self._pool, min(_FIELD, len(self._pool))) + self._hard + list(self._copies())
        random.shuffle(found)
        return found

    def look_again(self, trained: Trained, most: int) -> None:
        """Of the field, the pairs that look most like a conflict."""
        pool = self._pool[: most or None]
        likely = trained.probabilities([(a, b) for a, b, _ in pool])[:, 0]
        self._hard = [pool[n] for n in np.argsort(-likely)[:_HARD]]

    def _copies(self) -> Iterator[Row]:
        """A sentence and its copy in other words, with another figure and with the same one: else a manual's style would tell the label."""
        for claim in random.sample(self._figures, min(_COPIES, len(self._figures))):
            yield as_read(claim), reworded(changed(claim.text, random) or "", random), 0
            yield as_read(claim), reworded(claim.text, random), 2


class Trained(torch.nn.Module):
    """The embedding model with a low-rank change at each matrix of its layers, and a head over the first state and the mean."""

    def __init__(self) -> None:
        super().__init__()
        from transformers import AutoTokenizer, BertModel

        path = str(installed_model().path)
        self._tokens: Any = AutoTokenizer.from_pretrained(path)
        self.encoder: Any = BertModel.from_pretrained(path, add_pooling_layer=False)
        self.encoder.requires_grad_(False)
        for layer in self.encoder.encoder.layer:
            own = layer.attention.self
            for part, name in (
                (own, "query"), (own, "key"), (own, "value"), (layer.attention.output, "dense"),
                (layer.intermediate, "dense"), (layer.output, "dense"),
            ):  # fmt: skip
                setattr(part, name, Changed(getattr(part, name)))
        self.encoder.embeddings.token_type_embeddings.weight.requires_grad_(True)
        width = self.encoder.config.hidden_size
        self.first, self.last = torch.nn.Linear(2 * width, 128), torch.nn.Linear(128, len(LABELS))
        self._drop = torch.nn.Dropout(0.1)

    def forward(self, pairs: Sequence[tuple[str, str]]) -> torch.Tensor:
        given = self._tokens(
            [a for a, _ in pairs], [b for _, b in pairs], padding=True, truncation=True, max_length=LENGTH, return_tensors="pt"
        )  # fmt: skip
        with torch.autocast("cpu", torch.bfloat16):
            states = self.encoder(**given).last_hidden_state
            weight = given["attention_mask"].unsqueeze(-1)
            mean = (states * weight).sum(1) / weight.sum(1)
            told = torch.nn.functional.gelu(self.first(self._drop(torch.cat([states[:, 0], mean], 1))))
            return self.last(told).float()

    def loss(self, rows: Sequence[Row]) -> torch.Tensor:
        """Cross entropy where the label is known; of the field only that it is no conflict."""
        self.train()
        turned = [(b, a) if random.random() < 0.5 else (a, b) for a, b, _ in rows]
        out, labels = self(turned), torch.tensor([label for *_, label in rows])
        known = labels != NO_CONFLICT
        loss = torch.nn.functional.cross_entropy(out[known], labels[known], label_smoothing=0.05, reduction="sum")
        away = torch.log1p(-out[~known].softmax(1)[:, 0].clamp(max=0.9999)).sum()
        return (loss - 0.6 * away) / len(rows)

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray[Any, Any]:
        self.eval()
        with torch.no_grad():
            parts = [self(pairs[start : start + 32]).softmax(1).numpy() for start in range(0, len(pairs), 32)]
        return np.concatenate(parts)

    def take(self, file: Path) -> None:
        """Weights that were saved."""
        kept = load_file(str(file))
        self.encoder.embeddings.token_type_embeddings.weight.data = kept["kinds"].float()
        for name, part in self.encoder.named_modules():
            if isinstance(part, Changed):
                part.a.data, part.b.data = kept[f"{name}.a"].float(), kept[f"{name}.b"].float()
        for name, layer in (("first", self.first), ("last", self.last)):
            layer.weight.data, layer.bias.data = kept[f"{name}.weight"].float(), kept[f"{name}.bias"].float()

    def save(self, file: Path) -> None:
        """Half precision, by the names of the matrices that they change."""
        kept = {"kinds": self.encoder.embeddings.token_type_embeddings.weight}
        for name, part in self.encoder.named_modules():
            if isinstance(part, Changed):
                kept |= {f"{name}.a": part.a, f"{name}.b": part.b}
        for name, layer in (("first", self.first), ("last", self.last)):
            kept |= {f"{name}.weight": layer.weight, f"{name}.bias": layer.bias}
        halved = {name: each.detach().half().contiguous().clone() for name, each in kept.items()}
        save_file(halved, str(file), metadata={"scale": str(SCALE), "base": installed_model().name})


class Changed(torch.nn.Module):
    """A matrix that stays, and a change of low rank."""

    def __init__(self, base: torch.nn.Linear) -> None:
        super().__init__()
        self.base = base
        self.a = torch.nn.Parameter(torch.randn(RANK, base.in_features) / math.sqrt(base.in_features))
        self.b = torch.nn.Parameter(torch.zeros(base.out_features, RANK))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.base(x) + SCALE * (x @ self.a.T @ self.b.T)
        return out


def _of_family(family: dict[str, Any]) -> Iterator[Row]:
    """Every wording of the rule against every contradiction, other scope and other subject, and against the other wordings."""
    same = family["same"]
    yield from ((a, b, 2) for n, a in enumerate(same) for b in same[:n])
    for label, name in ((0, "conflict"), (1, "scope"), (3, "other")):
        yield from ((a, b, label) for a in same for b in family[name])
    yield from ((a, b, 1) for a in family["conflict"] for b in family["scope"])
    yield from ((a, b, 3) for a in family["conflict"] for b in family["other"])


def _with_headings(row: Row) -> Row:
    """Half of the rows under headings, which say little, as a page's often do."""
    a, b, label = row
    if random.random() < 0.5:
        return row
    one, other = _heading(), _heading()
    if random.random() < 0.4:
        other = one
    return (f"{one}: {a}" if random.random() < 0.7 else a, f"{other}: {b}" if random.random() < 0.7 else b, label)


def _heading() -> str:
    """A word, or the number or letter of a page."""
    return random.choice(
        (
            *_HEADINGS,
            f"Page {random.randint(1, 99)}",
            f"Article {random.choice('ABCDEFGH')}",
            f"Doc{random.randint(1, 40)}",
        )
    )


def _stated(where: Path) -> list[Claim]:
    return [claim for article in folder.read(where).articles for claim in claims(article)][:_MOST]


def _near(stated: Sequence[Claim], encode: Encode, most: int) -> list[Row]:
    """Near sentences of other sections, the nearer the likelier chosen."""
    rows, found = encode([claim.subject for claim in stated]), list[tuple[int, int, float]]()
    for start in range(0, len(stated), 1000):
        cosines = rows[start : start + 1000] @ rows.T
        own, other = np.nonzero((cosines >= 0.42) & (cosines < 0.93))
        later = np.flatnonzero(own + start < other)
        for n in np.random.default_rng(start).permutation(later)[:4000]:
            i, j = int(own[n]) + start, int(other[n])
            if stated[i].section != stated[j].section and stated[i].text != stated[j].text:
                found.append((i, j, max(0.05, float(cosines[own[n], j]) - 0.35) ** 2))
    weights = np.array([weight for *_, weight in found])
    chosen = np.random.default_rng(SEED).choice(
        len(found), min(most, len(found)), replace=False, p=weights / weights.sum()
    )
    return [(as_read(stated[found[n][0]]), as_read(stated[found[n][1]]), NO_CONFLICT) for n in chosen]


def _would_be_read(stated: Sequence[Claim], encode: Encode) -> list[Row]:
    chosen = shortlist(stated, encode, find_conflicts(stated, encode).pairs, share=_READ)
    return [(as_read(stated[a]), as_read(stated[b]), NO_CONFLICT) for a, b, _ in chosen]


def _batches(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows of like length together, in a random order."""
    order = sorted(range(len(rows)), key=lambda n: len(rows[n][0]) + len(rows[n][1]) + random.random() * 40)
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    random.shuffle(batches)
    yield from ([rows[n] for n in batch] for batch in batches)


def _kept_back(trained: Trained) -> str:
    rows = _labelled("kept_back")
    pairs = [(row["a"], row["b"]) for row in rows]
    likely = (trained.probabilities(pairs) + trained.probabilities([(b, a) for a, b in pairs]))[:, 0] / 2
    real = np.array([row["label"] == "conflict" for row in rows])
    raised = likely >= 0.5
    return f"kept back: precision {(raised & real).sum() / max(1, raised.sum()):.2f}, recall {(raised & real).sum() / real.sum():.2f}"


def _labelled(name: str) -> list[dict[str, Any]]:
    files = [CASES / f"pairs_{name}.jsonl", *(sorted(CASES.glob("conflicts*.jsonl")) if name == "trained_on" else [])]
    return [json.loads(line) for file in files for line in _lines(file)]


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


if __name__ == "__main__":
    main()
