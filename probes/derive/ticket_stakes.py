"""High stakes and emotion in a sample of tickets: the same rules and the same net that the pilot uses.

Only counts leave this file; no sentence and no id of a hit does (special categories of data: GDPR Art. 9).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from probes.derive.ticket_file import Ticket
from runtime.understanding.category import Net, categories
from runtime.understanding.encode import Encode
from runtime.understanding.language import UNKNOWN, language_of
from runtime.understanding.mood import Turn, mood

TELLING = 300
NETTED = 4_000  # texts that are compared by meaning: about 15 s; of more tickets every n-th


@dataclass
class Read:
    """Counts over texts that were read; `grave`: a rule found at least one high-stakes category; `caught`: a rule or the
    net did, of `netted` texts; `emotional`: frustration from which on the pilot hands over or acknowledges.
    """

    texts: int = 0
    grave: int = 0
    netted: int = 0
    caught: int = 0
    emotional: int = 0
    categories: Counter[str] = field(default_factory=Counter)


@dataclass
class Stakes:
    total: Read = field(default_factory=Read)
    by_workflow: dict[str, Read] = field(default_factory=lambda: defaultdict(Read))
    languages: Counter[str] = field(default_factory=Counter)
    net: bool = False


def stakes_of(tickets: Sequence[Ticket], places: Sequence[str], encode: Encode | None) -> Stakes:
    """Counts over all tickets and by workflow. A text that occurs often is read once."""
    found = Stakes(net=encode is not None)
    common = _common_language(tickets)
    texts = [f"{t.subject}\n{t.body}" for t in tickets]
    asked = set(range(0, len(texts), -(-len(texts) // NETTED))) if encode is not None and texts else set[int]()
    near = _near([texts[i] for i in sorted(asked)], encode)
    seen = {text: _read(text, common) for text in dict.fromkeys(texts)}
    for i, (text, place) in enumerate(zip(texts, places, strict=True)):
        language, hits, upset = seen[text]
        found.languages[language] += 1
        for own in (found.total, found.by_workflow[place]):
            own.texts += 1
            own.grave += bool(hits)
            own.emotional += upset
            own.categories.update(hits)
            if i in asked:
                own.netted += 1
                own.caught += bool(hits or near[text])
    return found


def _near(texts: Sequence[str], encode: Encode | None) -> dict[str, tuple[str, ...]]:
    if encode is None:
        return {}
    distinct = list(dict.fromkeys(texts))
    return dict(zip(distinct, Net(encode).near(distinct), strict=True))


def _read(text: str, common: str) -> tuple[str, tuple[str, ...], bool]:
    own = language_of(text)
    language = common if own == UNKNOWN and len(text.split()) <= 20 and text.isascii() else own
    hits = categories(text, language=language).names
    return language, hits, mood([Turn("customer", text[:4_000])], language=language).advice != "none"


def _common_language(tickets: Sequence[Ticket]) -> str:
    """The language of most tickets: a subject of three words alone often tells nothing."""
    some = tickets[:TELLING]
    seen = Counter(language_of(f"{t.subject}\n{t.body}") for t in some)
    known = [(n, code) for code, n in seen.items() if code != UNKNOWN]
    return max(known)[1] if known and max(known)[0] >= 0.6 * len(some) else UNKNOWN
