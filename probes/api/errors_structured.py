"""Do errors say what is wrong, in a shape that a machine can read?"""

from __future__ import annotations

from typing import Any

from probes.finding import Outcome, met, not_measured, not_met
from probes.gather.error_shapes import ErrorSeen, ErrorShapes
from probes.gather.evidence_shot import evidence_of
from probes.probe import BY_ROLE, Effort, Probe
from probes.wording import counted

# Often answered by a gateway or the identity provider in front, in a shape of its own (RFC 6750, 3).
AT_THE_DOOR = ("no credential", "missing right")
READABLE = ("problem", "object", "fault")
SHAPES = {
    "problem": "problem details",
    "object": "a JSON object",
    "fault": "a SOAP fault",
    "text": "plain text",
    "html": "an HTML page",
    "empty": "an empty answer",
    "accepted": "success",
}


class ErrorsStructured(Probe):
    """Errors come in one shape that says what is wrong.

    Why: an agent that reads "Error" retries, apologises or gives up. One that reads "unknown account" asks for the
    right one.
    How: a record that does not exist, a value of the wrong kind, a body that cannot be parsed and a request without
    credential, on operations that read; and what a write without the right to it was answered. RFC 9457 problem
    details, an object of stable shape or a SOAP fault count.
    Remedy: answer errors as application/problem+json (RFC 9457). Say in `detail` which field is wrong. Use 404, 400 and
    401 for what they mean. Send no HTML to machines.
    """

    dimension, level, kind, effort = BY_ROLE, 3, "M", Effort((1, 3, 6), "API owner")
    needs = (ErrorShapes,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        seen: ErrorShapes = artifacts[0]
        name = seen.subject.unit
        told = [
            e
            for e in seen.errors
            if e.shape != "accepted" and not (e.provoked_by in AT_THE_DOOR and e.shape in ("empty", "text"))
        ]
        unreadable = [e for e in told if e.shape not in READABLE or not e.says_what]
        if unreadable:
            first = unreadable[0]
            shown = tuple(evidence_of(e.shot, f"{e.provoked_by}: {_words(e)}") for e in unreadable[:2])
            return not_met(
                f"{name} answers errors that no machine can read: {_words(first)} for {first.provoked_by}",
                *shown,
                cause="unreadable errors",
                consequence=_HARM,
            )
        own = [e for e in told if e.provoked_by not in AT_THE_DOOR]
        if len({e.shape for e in own}) > 1 or _nothing_shared(own):
            return not_met(
                f"{name} answers errors in different shapes",
                *(evidence_of(e.shot, f"{e.provoked_by}: {_words(e)}") for e in own[:3]),
                cause="several shapes",
                consequence=_HARM,
            )
        if not told:
            return not_measured(
                f"{name}: no error could be provoked safely",
                cause="needs",
                would_measure=f"give writes.example of {name} values to read with and run `cxready collect DIR` again",
            )
        return met(
            f"{name} says what is wrong: {SHAPES[told[0].shape]} for {counted(len(told), 'provoked error')}",
            *(evidence_of(e.shot, e.provoked_by) for e in told[:2]),
        )


_HARM = "The agent cannot tell a typing error from an outage; the customer hears an apology instead of a question."


def _nothing_shared(errors: list[ErrorSeen]) -> bool:
    """Two JSON errors without one field in common are two shapes; an additional field is none."""
    fields = [set(e.fields) for e in errors if e.shape == "object"]
    return len(fields) > 1 and not set.intersection(*fields)


def _words(error: ErrorSeen) -> str:
    return f"{SHAPES[error.shape]} with status {error.status}"
