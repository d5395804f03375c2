"""A handoff as a person reads it: request first, 220 words at most, plain text and HTML from one list of lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from runtime.escalation.form import Handoff, cut
from runtime.escalation.handoff_lines import TEST_MARK, Line, Writer
from runtime.escalation.strange_words import unarmed
from runtime.escalation.wording import words

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["LARGEST_BODY", "MOST_WORDS", "TEST_MARK", "Line", "Rendered", "render"]
MOST_WORDS = 220
LARGEST_BODY = 20_000

TEXT = "{{ ask }}\n{% for line in lines %}{{ line.label }}{{ colon }} {{ line.text }}\n{% endfor %}\n[cx:{{ key }}]\n"
HTML = (
    '<p lang="{{ language }}"><strong>{{ ask }}</strong></p>\n<dl lang="{{ language }}">\n{% for line in lines %}<dt>{{'
    " line.label }}</dt><dd>{{ line.text }}</dd>\n{% endfor %}</dl>\n<p><small>[cx:{{ key }}]</small></p>\n"
)


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

    def as_json(self) -> dict[str, Any]:
        """The same lines as values, for receivers that lay them out themselves: redacted and cut like the text."""
        lines = [{"part": line.slot, "label": line.label, "text": line.text} for line in self.lines]
        return {"format": 1, "subject": self.subject, "language": self.language, "ask": self.ask, "lines": lines}


def render(
    handoff: Handoff,
    language: str = "en",
    *,
    redact: Callable[[Any], Any] | None = None,
    with_words: bool = True,
    zone: str = "",
) -> Rendered:
    """Renders for one receiver.

    Args:
        language: of the person who decides, not of the customer.
        redact: applied to every sentence that did not come from the template (default: the runtime's redaction).
        with_words: False leaves the customer's own words and earlier cases out, for receivers outside the ticket system.
        zone: of the receiver, for times; default: as the handoff holds them.
    """
    say, used = words(language)
    writer = Writer(say, used, _cleaner(redact), zone)
    ask = writer.ask(handoff)
    lines = _shortened(ask, [line for line in writer.lines(handoff, with_words) if line.text])
    values = {"ask": ask, "lines": lines, "key": handoff.handoff_id, "language": used, "colon": writer.colon}
    return Rendered(
        writer.subject(handoff),
        _template(TEXT).render(values)[:LARGEST_BODY],
        _template(HTML).render(values)[:LARGEST_BODY],
        used,
        tuple(lines),
        ask,
    )


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
        return cut(unarmed(str(hide(cut(text, length * 2)))), length)

    return clean


@cache
def _template(source: str) -> Template:
    from jinja2 import Environment
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment: Environment = ImmutableSandboxedEnvironment(autoescape=source is HTML, keep_trailing_newline=True)
    return environment.from_string(source)
