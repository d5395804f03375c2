"""Words of anger and of repetition: the bundled lists of a language, and those that an organisation adds in its folder, also for high stakes."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from runtime.understanding.lexicon import languages, lexicon, pattern, sentences
from runtime.written import Strict, load

Kind = Literal["anger", "repeats"]


class OwnWords(Strict):
    """`words/<language>.yaml`: plain words or regular expressions over lower case; `calm` says what means nothing here."""

    format: Literal[1] = 1
    anger: list[str] = Field(default_factory=list, max_length=500)
    repeats: list[str] = Field(default_factory=list, max_length=500)
    calm: list[str] = Field(default_factory=list, max_length=500, description="taken out of a text before it is read")
    high_stakes: dict[str, list[str]] = Field(
        default_factory=dict,
        max_length=50,
        description="category of the organisation's own → words that send a case to a person at once",
    )

    @field_validator("anger", "repeats", "calm", "high_stakes")
    @classmethod
    def _readable(cls, value: list[str] | dict[str, list[str]]) -> list[str] | dict[str, list[str]]:
        lists = value.values() if isinstance(value, dict) else [value]
        for part in (part for one in lists for part in one):
            if len(part) > 200 or re.search(r"[+*]\)?[+*]|\([^)]*[+*][^)]*\)[+*]", part):
                raise ValueError(f"{part[:40]!r} repeats a repetition or is too long; hostile text could stall it")
            try:
                re.compile(part)
            except re.error as error:
                raise ValueError(f"{part[:40]!r} is no regular expression ({error})") from None
        return value


def says(text: str, language: str, kind: Kind, folder: Path | None = None) -> bool:
    """Whether a sentence of the text holds a word of this kind.

    Raises:
        BadInput: a list in the folder is broken, with file and line.
    """
    known = lexicon(language) is not None or (folder is not None and (folder / f"{language}.yaml").is_file())
    return any(_says(text, code, kind, folder) for code in ([language] if known else _all(folder)))


def own_category(text: str, folder: Path) -> str | None:
    """The first of the organisation's own high-stakes categories that a sentence of the text belongs to, in any of its languages.

    Raises:
        BadInput: a list in the folder is broken, with file and line.
    """
    for path in sorted(folder.glob("*.yaml")):
        own = _own(path)
        for name, words in own.high_stakes.items() if own else ():
            found = pattern(words)
            if found and any(found.search(part) for part in sentences(text)):
                return name
    return None


def _says(text: str, language: str, kind: Kind, folder: Path | None) -> bool:
    bundled = lexicon(language)
    own = _own(folder / f"{language}.yaml") if folder and re.fullmatch(r"[a-z]{2,3}", language) else None
    patterns = [getattr(bundled, kind) if bundled else None, pattern(getattr(own, kind)) if own else None]
    calm = pattern(own.calm) if own else None
    parts = [calm.sub(" ", part) if calm else part for part in sentences(text)]
    return any(found.search(part) for found in patterns if found for part in parts)


def _all(folder: Path | None) -> list[str]:
    """Three angry words often tell no language: then every list is asked."""
    return sorted({*languages(), *(path.stem for path in folder.glob("*.yaml"))} if folder else languages())


def _own(path: Path) -> OwnWords | None:
    return _loaded(path, path.stat().st_mtime_ns) if path.is_file() else None


@cache
def _loaded(path: Path, changed: int) -> OwnWords:
    return load(path, OwnWords).value
