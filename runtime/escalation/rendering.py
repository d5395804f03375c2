"""A handoff as a person reads it: request first, 220 words at most, plain text and HTML from one list of lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from runtime.escalation.form import Handoff, cut
from runtime.escalation.wording import words

if TYPE_CHECKING:
    from jinja2 import Template

MOST_WORDS = 220
LARGEST_BODY = 20_000
TEST_MARK = "[cxready test]"

TEXT = "{{ ask }}\n{% for line in lines %}{{ line.label }}: {{ line.text }}\n{% endfor %}\n[cx:{{ key }}]\n"
HTML = (
    '<p lang="{{ language }}"><strong>{{ ask }}</strong></p>\n<dl lang="{{ language }}">\n{% for line in lines %}<dt>{{'
    " line.label }}</dt><dd>{{ line.text }}</dd>\n{% endfor %}</dl>\n<p><small>[cx:{{ key }}]</small></p>\n"
)


@dataclass(frozen=True)
class Line:
    """A labelled line; `slot` names the part of the form that it shows, `rank` says how soon it may be shortened
    (higher first).
    """

    slot: str
    label: str
    text: str
    rank: int = 0


@dataclass(frozen=True)
class Rendered:
    """What is delivered. `language` is the one that the fixed words are in; `lines` are the labelled lines of the
    text.
    """

    subject: str
    text: str
    html: str
    language: str
    lines: tuple[Line, ...]
    ask: str

    @property
    def word_count(self) -> int:
        return len(self.text.split())


def render(handoff: Handoff, language: str = "en", *, redact: Callable[[Any], Any] | None = None) -> Rendered:
    """Renders for one receiver.

    Args:
        language: of the person who decides, not of the customer.
        redact: applied to every sentence that did not come from the template (default: the runtime's redaction).
    """
    say, used = words(language)
    clean = _cleaner(redact)
    ask = _ask(handoff, say, clean)
    lines = _shortened(ask, [line for line in _lines(handoff, say, clean) if line.text])
    subject = _subject(handoff, clean)
    values = {"ask": ask, "lines": lines, "key": handoff.handoff_id, "language": used}
    return Rendered(
        subject,
        _template(TEXT).render(values)[:LARGEST_BODY],
        _template(HTML).render(values)[:LARGEST_BODY],
        used,
        tuple(lines),
        ask,
    )


def _ask(handoff: Handoff, say: Mapping[str, str], clean: Callable[[str, int], str]) -> str:
    """The first sentence: an unknown effect first, else the decision asked for."""
    question = clean(handoff.ask.question, 240)
    first = (
        f"{say['unknown_first']}: {clean(', '.join(handoff.effects.unknown), 120)}. " if handoff.effects.unknown else ""
    )
    mark = f"{TEST_MARK} " if handoff.test else ""
    return f"{mark}{first}{question}"


def _lines(handoff: Handoff, say: Mapping[str, str], clean: Callable[[str, int], str]) -> list[Line]:
    ask, customer, recommended = handoff.ask, handoff.customer, handoff.recommended
    return [
        Line(
            "options",
            say["options"],
            clean(f" {say['or']} ".join(f"{o.id.upper()} ({o.says})" for o in ask.options), 200),
        ),
        Line(
            "recommended",
            say["recommended"],
            clean(f"{recommended.option.upper()}, {say['because']} {recommended.because}", 240) if recommended else "",
        ),
        Line("why", say["why"], clean(f"{handoff.why.text} ({handoff.why.rule})", 240)),
        Line("deadline", say["decide_by"], _deadline(handoff, say, clean)),
        Line("problem", say["problem"], clean(handoff.problem, 240)),
        Line("who", say["who"], clean("; ".join(filter(None, _customer(customer, say))), 240)),
        Line(
            "checked",
            say["checked"],
            clean(
                "; ".join(
                    f"{f.name.replace('_', ' ')} {_plain(f.value)} ({f.source},"
                    f" {f.evidence.replace('log:', say['log'] + ' ')})"
                    for f in handoff.facts
                ),
                420,
            ),
            2,
        ),
        Line("tried", say["tried"], clean("; ".join(f"{a.step} – {a.result}" for a in handoff.attempted), 240), 4),
        Line(
            "done",
            say["done"],
            clean(", ".join(handoff.effects.done) or ("" if handoff.effects.unknown else say["nothing"]), 160),
        ),
        Line("unknown", say["unknown"], clean(", ".join(handoff.effects.unknown), 160)),
        Line("not_done", say["not_done"], clean(", ".join(handoff.effects.not_done), 160)),
        Line("not_reachable", say["not_reachable"], clean(", ".join(handoff.not_reachable), 120)),
        Line("if_then", say["if"], clean(recommended.if_then, 200) if recommended else "", 3),
        Line("unsure", say["unsure"], clean("; ".join(handoff.unsure), 200), 1),
        Line("alternatives", say["alternatives"], clean("; ".join(handoff.alternatives), 200), 5),
        Line("promised", say["promised"], clean("; ".join(handoff.promised), 160), 1),
        Line("history", say["history"], clean("; ".join(f"{m.at} {m.says}" for m in handoff.memory), 200), 6),
        Line("words", say["words"], f"“{clean(handoff.quote, 280)}”" if handoff.quote else "", 7),
        Line(
            "code",
            say["code"],
            (
                f"APPROVE {handoff.return_.code} {say['or']} REFUSE {handoff.return_.code}"
                if handoff.return_.code and "reply" in handoff.return_.ways
                else ""
            ),
        ),
    ]


def _customer(customer: Any, say: Mapping[str, str]) -> list[str]:
    mood = f"{say['mood']}: {', '.join(customer.mood.because)}" if customer.mood.because else ""
    since = f"{say['waiting']} {_when(customer.waiting_since)}" if customer.waiting_since else ""
    return [
        f"{customer.display} ({customer.ref}, {customer.language})",
        since,
        f"{say['reach']}: {customer.reach}" if customer.reach else "",
        mood,
    ]


def _deadline(handoff: Handoff, say: Mapping[str, str], clean: Callable[[str, int], str]) -> str:
    when = _when(handoff.ask.decide_by) if handoff.ask.decide_by else ""
    without = (
        f"{say['or_else' if when else 'if_no_answer']}: {handoff.ask.if_no_answer}" if handoff.ask.if_no_answer else ""
    )
    return clean("; ".join(filter(None, (when, without))), 200)


def _subject(handoff: Handoff, clean: Callable[[str, int], str]) -> str:
    """One line, no customer's words, the key in brackets so that it can be found again."""
    mark = f"{TEST_MARK} " if handoff.test else ""
    urgent = "! " if handoff.severity == "urgent" else ""
    return f"{mark}{urgent}{clean(handoff.ask.question, 110)} [cx:{handoff.handoff_id}]"


def _shortened(ask: str, lines: list[Line]) -> list[Line]:
    """Leaves away the most dispensable line until the text has at most 220 words; a cut line says so by its absence
    in the text, never in the form.
    """
    kept = list(lines)
    while sum(len(f"{line.label}: {line.text}".split()) for line in kept) + len(ask.split()) + 2 > MOST_WORDS:
        last = max(kept, key=lambda line: (line.rank, len(line.text)))
        if last.rank == 0:
            longest = max(kept, key=lambda line: len(line.text.split()))
            kept[kept.index(longest)] = Line(
                longest.slot, longest.label, " ".join(longest.text.split()[: len(longest.text.split()) * 2 // 3]) + " …"
            )
        else:
            kept.remove(last)
    return kept


def _cleaner(redact: Callable[[Any], Any] | None) -> Callable[[str, int], str]:
    if redact is None:
        from runtime.redaction import redact as standard

        redact = standard
    hide = redact

    def clean(text: str, length: int) -> str:
        return cut(str(hide(cut(text, length * 2))), length)

    return clean


def _when(at: datetime) -> str:
    zone = at.strftime("%Z") or "UTC"
    return f"{at:%Y-%m-%d %H:%M} {zone}"


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {_plain(v)}" for k, v in list(value.items())[:4])
    if isinstance(value, list | tuple):
        return f"{len(value)} entries" if len(value) > 3 else ", ".join(_plain(v) for v in value)
    return "yes" if value is True else "no" if value is False else "none" if value is None else cut(str(value), 80)


@cache
def _template(source: str) -> Template:
    from jinja2 import Environment
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment: Environment = ImmutableSandboxedEnvironment(autoescape=source is HTML, keep_trailing_newline=True)
    return environment.from_string(source)
