"""What an agent meets in an interface: operations that mean the same, parameters without a word, and what it must read.

Two operations are alike for a model when nothing is left to choose by: their names differ in nothing but the word for the
deed (get, fetch), they take nearly the same, both mean one record or both many, and their texts lie close together (cosine
of sentence embeddings). A noun of difference (merchants, companies; inbound, outbound) is enough to tell two apart, however
close their texts lie: among 1,768 operations of 97 public descriptions 45 pairs lie above 0.92, and people choose between
nearly all of them by that noun. None of them is alike by this rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from probes.artifact import Artifact, Missing
from probes.gather.describe import Described
from probes.gather.read import Answers
from runtime.errors import CxreadyError
from runtime.estate import Estate
from runtime.systems.surface import Operation, Surface

if TYPE_CHECKING:
    from runtime.understanding.encode import Encode

ALIKE = 0.85
SHARED = 0.6
MOST_NEAR = 200
SYNONYMS = (
    ("get", "fetch", "retrieve", "read", "show", "view"),
    ("find", "search", "query", "lookup"),
    ("create", "add", "post", "make", "insert", "register"),
    ("update", "patch", "change", "modify", "edit"),
    ("delete", "remove", "destroy"),
    ("cancel", "void", "revoke", "abort"),
    ("send", "submit", "dispatch"),
    ("customer", "client"),
    ("invoice", "bill"),
)
_PLAIN_WORD = {word: words[0] for words in SYNONYMS for word in words}


class Alike(BaseModel):
    """Two operations that a model cannot choose between. `cosine` −1..1, `shared` 0..1 (Jaccard of what they take)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    one: str
    other: str
    cosine: float
    shared: float


class AnswerSize(BaseModel):
    """What a model reads of one measured answer; `records`: of a list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    operation: str
    tokens: int
    records: int | None = None


class Reading(BaseModel):
    """Tokens that an agent reads of one system, four characters a token."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    whole: int = Field(0, description="definitions of every operation")
    allowed: dict[str, int] = Field(default_factory=dict, description="definitions on a workflow's allow-list")
    answers: tuple[AnswerSize, ...] = Field((), description="measured answers, the largest first")


def alike(surface: Surface, called: Sequence[str], encode: Encode | None) -> tuple[Alike, ...] | None:
    """Pairs with at least one called operation; None where no encoder can be had."""
    operations = surface.operations
    near = list(islice(_near(operations, called), MOST_NEAR))
    if not near:
        return ()
    names = sorted({name for a, b, _ in near for name in (a, b)})
    try:
        rows = encode([_words(operations[name]) for name in names]) if encode else None
    except CxreadyError:
        rows = None
    if rows is None:
        return None
    row = {name: rows[i] for i, name in enumerate(names)}
    found = [
        Alike(one=a, other=b, cosine=round(float(row[a] @ row[b]), 3), shared=round(shared, 2)) for a, b, shared in near
    ]
    return tuple(sorted((f for f in found if f.cosine >= ALIKE), key=lambda f: -f.cosine))


def undocumented(surface: Surface, called: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Parameters and fields of called operations that the document names without a word about them."""
    found = {name: tuple(_silent(surface.operations[name])) for name in called if name in surface.operations}
    return {name: fields for name, fields in found.items() if fields}


def reading(described: Described, answers: Artifact | Missing | None, estate: Estate) -> Reading:
    """Definitions by workflow against the whole interface, and what measured answers cost."""
    tokens = {op.id: op.tokens for op in described.operations}
    system = described.subject.unit
    return Reading(
        whole=sum(tokens.values()),
        allowed={name: total for name, total in _allowed(estate, system, tokens).items() if total},
        answers=_sizes(answers) if isinstance(answers, Answers) else (),
    )


def _allowed(estate: Estate, system: str, tokens: Mapping[str, int]) -> dict[str, int]:
    by_name = {name.rpartition(".")[2].lower(): count for name, count in tokens.items()}
    by_name |= {name.lower(): count for name, count in tokens.items()}
    called = {
        workflow: {op.partition(".")[2].lower() for op in goal.operations() if op.startswith(f"{system}.")}
        for workflow, goal in estate.goals.items()
    }
    return {workflow: sum(by_name.get(name, 0) for name in names) for workflow, names in called.items()}


def _sizes(answers: Answers) -> tuple[AnswerSize, ...]:
    found = [AnswerSize(operation=a.operation, tokens=a.tokens, records=a.records) for a in answers.answers if a.tokens]
    return tuple(sorted(found, key=lambda f: (-f.tokens, f.operation)))


def _near(operations: Mapping[str, Operation], called: Sequence[str]) -> Iterator[tuple[str, str, float]]:
    """Pairs with a called operation, of one kind (both read, both write), of one name, that take nearly the same."""
    named, seen = {name: _named(op) for name, op in operations.items()}, set[frozenset[str]]()
    for one in (name for name in called if name in operations):
        for other, there in operations.items():
            pair = frozenset((one, other))
            if len(pair) < 2 or pair in seen or named[one] != named[other] or operations[one].reads != there.reads:
                continue
            seen.add(pair)
            both, either = _takes(operations[one]) & _takes(there), _takes(operations[one]) | _takes(there)
            shared = len(both) / len(either) if either else 1.0
            if shared >= SHARED:
                yield one, other, shared


def _named(operation: Operation) -> tuple[bool, tuple[str, ...]]:
    """One record or many, and the words of the name: deeds that mean the same as one, plurals as singulars, without what
    only says how a record is keyed.
    """
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", operation.id)
    words = (word.lower() for word in re.findall(r"[A-Za-z0-9]{2,}", spaced))
    plain = (word if word.endswith("ss") or len(word) < 4 else word.rstrip("s") for word in words)
    kept = (_PLAIN_WORD.get(word, word) for word in plain if word not in ("id", "by", "the", "of", "for"))
    return operation.one_by_path, tuple(sorted(kept))


def _takes(operation: Operation) -> frozenset[str]:
    fields = operation.body_schema.get("properties")
    body = fields if isinstance(fields, Mapping) else {}
    return frozenset({p.name for p in operation.parameters} | set(map(str, body)))


def _silent(operation: Operation) -> Iterator[str]:
    yield from (p.name for p in operation.parameters if not p.documented and p.where != "body")
    fields = operation.body_schema.get("properties")
    for name, schema in (fields if isinstance(fields, Mapping) else {}).items():
        if isinstance(schema, Mapping) and not str(schema.get("description") or schema.get("title") or "").strip():
            yield str(name)


def _words(operation: Operation) -> str:
    """Name and text, other words for the same deed made one, so that what is left to differ is the meaning."""
    name = re.sub(r"([a-z])([A-Z])", r"\1 \2", operation.id).replace("_", " ")
    said = f"{name}. {' '.join(f'{operation.summary} {operation.description}'.split())[:400]}"
    return re.sub(r"[A-Za-z]+", lambda word: _PLAIN_WORD.get(word[0].lower(), word[0]), said)
