"""What leaves the house with a bundle: every field by kind, how often something was redacted, samples of free text.

For the person who must be able to say what was handed over. Nothing is written; paths are as `cxready evidence strike`
takes them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from probes.bundle import Bundle
from probes.manifest import MANIFEST

SAMPLES = 2
FREE_TEXT = 30  # characters; shorter values are ids, words, figures
_MARK = re.compile(r"‹([a-z-]+)(?: [0-9a-f]{4})?›")


@dataclass
class Field:
    """One field of one kind of file. `path` has `*` for list positions and for keys that are data."""

    kind: str
    path: str
    count: int = 0
    types: set[str] = field(default_factory=set)
    longest: int = 0
    redacted: Counter[str] = field(default_factory=Counter)
    samples: list[tuple[str, str]] = field(default_factory=list)  # (path for `strike`, text)

    @property
    def free_text(self) -> bool:
        return bool(self.samples)

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "path": self.path,
            "count": self.count,
            "types": sorted(self.types),
            "longest": self.longest,
            "redacted": dict(sorted(self.redacted.items())),
            "samples": [{"path": path, "text": text} for path, text in self.samples],
        }


@dataclass(frozen=True)
class Review:
    """`files`: kind → files and bytes. `suspects`: what looks personal although nothing marked it."""

    bundle: str
    digest: str
    files: Mapping[str, tuple[int, int]]
    fields: list[Field]
    suspects: list[tuple[str, str, int]]
    checked: bool

    @property
    def redacted(self) -> dict[str, int]:
        """Kind of data → how often it was taken out."""
        whole = sum((f.redacted for f in self.fields), Counter[str]())
        return dict(sorted(whole.items()))

    def as_dict(self) -> dict[str, Any]:
        return {
            "format": 1,
            "bundle": self.bundle,
            "digest": self.digest,
            "files": {kind: {"files": n, "bytes": size} for kind, (n, size) in self.files.items()},
            "redacted": self.redacted,
            "fields": [f.as_dict() for f in self.fields],
            "looks_personal": [{"path": p, "kind": k, "count": n} for p, k, n in self.suspects],
            "personal_checked": self.checked,
        }


def review(bundle: Bundle, kind: str | None = None) -> Review:
    """Reads every file of a bundle; `kind` narrows to one, like `write_round_trip`, `inputs` or `manifest`."""
    fields: dict[tuple[str, str], Field] = {}
    files: dict[str, tuple[int, int]] = {}
    suspects: list[tuple[str, str, int]] = []
    checked = True
    for name, data in _files(bundle):
        of = kind_of(name)
        if kind not in (None, of):
            continue
        count, size = files.get(of, (0, 0))
        files[of] = (count + 1, size + len(data))
        for place, value in _values(name, data):
            known = fields.setdefault((of, _general(place)), Field(of, _general(place)))
            path = f"{name}#{place}" if place else name
            _note(known, path, value)
            found, able = _suspects(path, value)
            suspects += found
            checked = checked and able
    ordered = sorted(fields.values(), key=lambda f: (f.kind, f.path))
    return Review(bundle.name, bundle.digest, dict(sorted(files.items())), ordered, suspects, checked)


def kind_of(name: str) -> str:
    """The kind of a file of a bundle: an artifact's, `inputs`, `struck`, `manifest`."""
    parts = name.split("/")
    return parts[1] if parts[0] == "artifacts" else parts[0].removesuffix(".json")


def _files(bundle: Bundle) -> Iterator[tuple[str, bytes]]:
    yield MANIFEST, (bundle.root / MANIFEST).read_bytes()
    for name in sorted(bundle.manifest.files):
        yield name, (bundle.root / name).read_bytes()


def _values(name: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """JSON files value by value with their pointers; files that users wrote as one text each."""
    if name.startswith("inputs/"):
        yield "", data.decode("utf-8", "replace")
        return
    yield from _leaves(json.loads(data), "")


def _leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{place}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{place}/{number}")
    else:
        yield place, value


def _general(place: str) -> str:
    """The same path for every position of a list, and for keys that are names of files, operations or numbers."""
    steps = [s if re.fullmatch(r"[a-z][a-z0-9_]{0,40}", s) else "*" for s in place.split("/")[1:]]
    return "/" + "/".join(steps) if steps else "(text)"


def _note(known: Field, place: str, value: Any) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    known.count += 1
    known.types.add(_type(value))
    known.longest = max(known.longest, len(text))
    known.redacted.update(_MARK.findall(text))
    is_text = isinstance(value, str) and len(value) >= FREE_TEXT and " " in value.strip()
    if is_text and len(known.samples) < SAMPLES and all(value != seen for _, seen in known.samples):
        known.samples.append((place, value))


def _type(value: Any) -> str:
    if value is None:
        return "nothing"
    kinds: dict[type, str] = {bool: "yes/no", int: "number", float: "number", str: "text"}
    return kinds.get(type(value), "text")


def _suspects(path: str, text: Any) -> tuple[list[tuple[str, str, int]], bool]:
    """What the redactor would take out of a text as it is; addresses in articles are often meant to be public."""
    from runtime.redaction import Redactor

    if not isinstance(text, str):
        return [], True
    try:
        after = Redactor().text(text)
    except ModuleNotFoundError:  # a small installation cannot check numbers
        return [], False
    extra = Counter(_MARK.findall(after)) - Counter(_MARK.findall(text))
    return [(path, kind, count) for kind, count in sorted(extra.items())], True
