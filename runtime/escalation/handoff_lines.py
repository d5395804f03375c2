"""The lines of a handoff in the words of one receiver: what each part of the form says, in which order, how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from runtime.escalation.business_words import plain_value, spoken
from runtime.escalation.form import Ask, Customer, Fact, Handoff
from runtime.escalation.strange_words import quoted
from runtime.escalation.wording import LOCALES, localised, money_in

TEST_MARK = "[cxready test]"


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
class Writer:
    """`say`: labels by key; `clean`: redacts and cuts to a length; `zone`: of the receiver."""

    say: Mapping[str, str]
    language: str
    clean: Callable[[str, int], str]
    zone: str = ""

    @property
    def colon(self) -> str:
        """French puts a space before it."""
        return " :" if self.language == "fr" else ":"

    def subject(self, handoff: Handoff) -> str:
        """One line, no customer's words, the key in brackets so that it can be found again."""
        mark = f"{TEST_MARK} " if handoff.test else ""
        urgent = "! " if handoff.severity == "urgent" else ""
        return f"{mark}{urgent}{self.clean(self.ours(handoff.ask.question), 110)} [cx:{handoff.handoff_id}]"

    def ask(self, handoff: Handoff) -> str:
        """The first sentence: an unknown effect first, else the decision asked for."""
        question = self.clean(self.ours(handoff.ask.question), 240)
        unknown = self.calls(handoff.effects.unknown)
        first = f"{self.say['unknown_first']}{self.colon} {self.clean(unknown, 120)}. " if unknown else ""
        return f"{TEST_MARK + ' ' if handoff.test else ''}{first}{question}"

    def lines(self, handoff: Handoff, with_words: bool = True) -> list[Line]:
        """All lines, also empty ones, in the order in which they are read."""
        say, effects, advised = self.say, handoff.effects, handoff.recommended
        hidden = bool(handoff.quote or handoff.memory) and not with_words
        return [
            self._line("options", self._options(handoff.ask), 200),
            self._line("recommended", self._advice(handoff), 240),
            self._line("why", f"{self.ours(handoff.why.text)} ({say['rule']} {handoff.why.rule})", 240),
            Line("deadline", say["decide_by"], self._deadline(handoff.ask)),
            self._line("problem", self.ours(handoff.problem), 240),
            self._line("who", "; ".join(filter(None, self._customer(handoff.customer, handoff.created))), 260),
            self._line("unknown", self.calls(effects.unknown), 160),
            self._line("not_done", self.calls(effects.not_done), 160),
            self._line("done", self.calls(effects.done) or ("" if effects.unknown else say["nothing"]), 160),
            self._line("checked", self._facts(handoff.facts) or ("" if handoff.attempted else say["unread"]), 360, 2),
            self._line("tried", self._attempts(handoff), 240, 5),
            self._line("not_reachable", ", ".join(handoff.not_reachable), 120),
            self._line("unsure", self._joined(handoff.unsure), 200, 1),
            self._line("alternatives", self._joined(handoff.alternatives), 200, 3),
            self._line("if", self.ours(advised.if_then) if advised else "", 200, 3),
            self._line("promised", self._joined(handoff.promised), 160, 6),
            self._line("history", "; ".join(f"{m.at} {m.says}" for m in handoff.memory) if with_words else "", 200, 7),
            self._line("words", quoted(self.clean(handoff.quote, 280)) if handoff.quote and with_words else "", 300, 7),
            self._line("hidden", ", ".join((*handoff.redacted, *([say["words"]] if hidden else []))), 160, 5),
            self._line("code", self._code(handoff), 80),
        ]

    def ours(self, sentence: str) -> str:
        """A sentence of ours in the receiver's language."""
        return localised(sentence, self.language)

    def calls(self, names: tuple[str, ...]) -> str:
        """Operations in words, amounts as the language writes them."""
        return money_in(", ".join(map(spoken, names)), self.language)

    def when(self, at: datetime) -> str:
        """`Mon 23 Nov 2026, 09:25 CET`, as the language writes it."""
        from zoneinfo import ZoneInfo

        from babel.dates import format_date, format_datetime

        local, locale = (at.astimezone(ZoneInfo(self.zone)) if self.zone else at), LOCALES[self.language]
        day = f"{format_datetime(local, 'EEE', locale=locale)} {format_date(local, 'medium', locale=locale)}"
        return f"{day}, {local:%H:%M} {local.tzname() or 'UTC'}"

    def _line(self, slot: str, text: str, length: int, rank: int = 0) -> Line:
        return Line(slot, self.say[slot], self.clean(text, length) if text else "", rank)

    def _options(self, ask: Ask) -> str:
        """An option whose words stand in the question already is named only."""
        named = [
            o.id.upper().replace("_", " ") + ("" if o.says in ask.question else f" ({self.ours(o.says)})")
            for o in ask.options
        ]
        return f" {self.say['or']} ".join(named)

    def _advice(self, handoff: Handoff) -> str:
        advised = handoff.recommended
        if advised is None:
            return ""
        because = self.ours(advised.because)
        if handoff.ask.kind == "take_over":
            return because
        return f"{advised.option.upper().replace('_', ' ')}, {self.say['because']} {because}"

    def _customer(self, customer: Customer, created: datetime) -> list[str]:
        ref = "" if customer.ref in customer.display else f"{customer.ref}, "
        since = self._since(customer.waiting_since, created) if customer.waiting_since else ""
        return [
            f"{self._named(customer)} ({ref}{customer.language})",
            since,
            f"{self.say['reach']}{self.colon} {self.ours(customer.reach)}" if customer.reach else "",
            f"{self.say['mood']}{self.colon} {self._joined(customer.mood.because, ', ')}"
            if customer.mood.because
            else "",
        ]

    def _named(self, customer: Customer) -> str:
        ours = customer.display == f"Customer {customer.ref}"
        return f"{self.say['who']} {customer.ref}" if ours else self.ours(customer.display)

    def _since(self, at: datetime, created: datetime) -> str:
        """The day only where it is another one."""
        told = self.when(at)
        same = told.rsplit(", ", 1)[0] == self.when(created).rsplit(", ", 1)[0]
        return f"{self.say['waiting']} {told.rsplit(', ', 1)[1] if same else told}"

    def _facts(self, facts: tuple[Fact, ...]) -> str:
        """By line of the log, the newest first: what was worked out stands before what it was worked out from."""
        newest = sorted(facts, key=lambda f: -int(f.evidence.removeprefix("log:")))
        parts = []
        for (source, evidence), own in groupby(newest, key=lambda f: (f.source, f.evidence)):
            said = ", ".join(f"{f.name.replace('_', ' ')} {plain_value(f.value)}" for f in own)
            parts.append(f"{said} ({spoken(source)}, {evidence.replace('log:', self.say['log'] + ' ')})")
        return "; ".join(parts)

    def _attempts(self, handoff: Handoff) -> str:
        """Reads that worked are told by their systems; what they gave stands under Checked."""
        done = {name.split(" ", 1)[0] for name in handoff.effects.done}
        named = [(a, _operation(a.step)) for a in handoff.attempted]
        reads = [op.split(".", 1)[0] for a, op in named if a.result == "ok" and op not in done]
        rest = [
            f"{spoken(a.step)} – {self.ours(a.result)}" for a, op in named if not (a.result == "ok" and op not in done)
        ]
        return "; ".join([*([f"{self.say['read']} {', '.join(dict.fromkeys(reads))}"] if reads else []), *rest])

    def _deadline(self, ask: Ask) -> str:
        when = self.when(ask.decide_by) if ask.decide_by else ""
        label = self.say["or_else" if when else "if_no_answer"]
        without = f"{label}{self.colon} {self.ours(ask.if_no_answer)}" if ask.if_no_answer else ""
        return self.clean("; ".join(filter(None, (when, without))), 220)

    def _joined(self, parts: tuple[str, ...], by: str = "; ") -> str:
        return by.join(map(self.ours, parts))

    def _code(self, handoff: Handoff) -> str:
        code = handoff.return_.code if "reply" in handoff.return_.ways else ""
        return f"APPROVE {code} {self.say['or']} REFUSE {code}" if code else ""


def _operation(step: str) -> str:
    """`06 billing.createCredit` → `billing.createCredit`."""
    return step.rsplit(" ", 1)[-1]
