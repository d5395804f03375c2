"""Word lists of a language as data: `<language>.yaml` beside this file, or in a folder of the user."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import Field

from runtime.written import Strict, load

HERE = Path(__file__).parent


class CategoryWords(Strict):
    strong: list[str] = Field(default_factory=list)
    weak: list[str] = Field(default_factory=list)
    with_: list[str] = Field(default_factory=list, alias="with")
    veto: list[str] = Field(default_factory=list)
    near: list[str] = Field(default_factory=list)


class LexiconFile(Strict):
    format: int = 1
    categories: dict[str, CategoryWords]
    human: list[str] = Field(default_factory=list)
    human_veto: list[str] = Field(default_factory=list)
    anger: list[str] = Field(default_factory=list)
    repeats: list[str] = Field(default_factory=list)
    ordinary: list[str] = Field(default_factory=list)
    no_wish: list[str] = Field(default_factory=list)
    asks: list[str] = Field(default_factory=list)


@dataclass(frozen=True)
class CategoryPatterns:
    strong: re.Pattern[str] | None
    weak: re.Pattern[str] | None
    with_: re.Pattern[str] | None
    veto: re.Pattern[str] | None
    near: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """Compiled patterns of one language; None where it lists nothing."""

    language: str
    categories: dict[str, CategoryPatterns]
    human: re.Pattern[str] | None
    human_veto: re.Pattern[str] | None
    anger: re.Pattern[str] | None
    repeats: re.Pattern[str] | None
    ordinary: tuple[str, ...] = ()
    no_wish: re.Pattern[str] | None = None
    asks: re.Pattern[str] | None = None


def languages() -> list[str]:
    """Languages that have a list."""
    return sorted(path.stem for path in HERE.glob("*.yaml"))


@cache
def lexicon(language: str, folder: Path = HERE) -> Lexicon | None:
    """The lexicon of a language, or None when there is none.

    Raises:
        BadInput: a list is broken, with file and line.
    """
    path = folder / f"{language}.yaml"
    if not re.fullmatch(r"[a-z]{2,3}", language) or not path.is_file():
        return None
    written = load(path, LexiconFile).value
    categories = {
        name: CategoryPatterns(pattern(c.strong), pattern(c.weak), pattern(c.with_), pattern(c.veto), tuple(c.near))
        for name, c in written.categories.items()
    }
    return Lexicon(
        language,
        categories,
        pattern(written.human),
        pattern(written.human_veto),
        pattern(written.anger),
        pattern(written.repeats),
        tuple(written.ordinary),
        pattern(written.no_wish),
        pattern(written.asks),
    )


def pattern(parts: list[str]) -> re.Pattern[str] | None:
    """One pattern that matches any of the parts at word boundaries."""
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)") if parts else None


def sentences(text: str, length: int = 4_000) -> list[str]:
    """Lower-case sentences of the first characters, apostrophes made plain; a bound, since these patterns run on
    hostile text.
    """
    plain = text[:length].replace("\u2019", "'").lower()
    return [part.strip()[:600] for part in re.split(r"(?<=[.!?])\s+|\n+", plain) if part.strip()]
