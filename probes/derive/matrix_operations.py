"""What was seen of an operation: answers, errors, lists, and writes tried on the test customer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from probes.artifact import Missing
from probes.derive.matrix_cells import Artifacts, Look, Seen, Unseen, looked_up, source, unseen
from probes.gather.error_shapes import ErrorSeen, ErrorShapes
from probes.gather.pagination import Pagination
from probes.gather.promises import Promise
from probes.gather.read import Answers, AnswerSeen
from probes.gather.repeat import RepeatTrial
from probes.gather.write_evidence import LostUpdates, WriteRoundTrip

UNDECLARED = "status "
READABLE = ("problem", "object", "fault")


def schema(artifacts: Artifacts, system: str, operation: str, promise: Promise | None) -> Look:
    """An answer against its declared schema; without one, that it answers with data at all."""
    answers, answer = _answer(artifacts, system, operation)
    trip = looked_up(artifacts, WriteRoundTrip, system, *_names(operation))
    if isinstance(trip, WriteRoundTrip) and trip.faults is not None:
        broken = [f for f in trip.faults if not f.startswith(UNDECLARED)]
        return Seen(not broken, "; ".join(broken[:2]) or f"{trip.status}, as declared", source(trip, trip.write))
    if isinstance(answers, Missing):
        return unseen(answers)
    if answer is None:
        return Unseen(answers.not_asked.get(operation, "its answer was not compared with a schema"))
    if answer.seen != "ok":
        return Unseen(f"answered {answer.status or answer.seen}")
    faults = [f for f in answer.faults if not f.startswith(UNDECLARED)]
    if promise is not None and not answer.declared:
        return Unseen(f"answered {answer.status}, for which no schema is declared")
    says = "; ".join(faults[:2]) or f"{answer.status}, {'as declared' if promise else 'with data'}"
    return Seen(not faults, says, source(answers, answer.request))


def status(artifacts: Artifacts, system: str, operation: str, promise: Promise | None) -> Look:
    """Statuses that the system itself answered. A success that the document leaves out speaks against it; an error does
    not: a description need not know every one (OpenAPI 3.1.1, Responses Object).
    """
    seen = list(_statuses(artifacts, system, operation))
    if not seen:
        return Unseen("no answer of its own was seen")
    said = ", ".join(str(code) for code in sorted({code for code, _ in seen})[:4])
    strange = [(code, where) for code, where in seen if promise and not _covers(promise.values, code)]
    if wrong := next(((code, where) for code, where in strange if code < 300), None):
        return Seen(False, f"answered {wrong[0]}", wrong[1])
    if strange:
        return Seen(True, f"{said}; {strange[0][0]} is not declared", strange[0][1], beyond=True)
    return Seen(True, said, seen[0][1])


def errors(artifacts: Artifacts, system: str, operation: str, promise: Promise | None) -> Look:
    """Provoked errors against the declared fields; a refusal of the sign-in may come from before the system."""
    found = looked_up(artifacts, ErrorShapes, system)
    if isinstance(found, Missing):
        return unseen(found)
    own = [e for e in found.errors if e.operation == operation and e.shape != "accepted" and not _before(e)]
    if not own:
        return Unseen("no error was provoked on this operation")
    wrong = next((e for e in own if _wrong(e, promise)), None)
    shown = wrong or own[0]
    says = f"{shown.status} as {shown.shape.replace('object', 'JSON object').replace('problem', 'problem details')}"
    lacking = _lacking(shown, promise)
    return Seen(
        wrong is None, says + (f" without {', '.join(lacking[:3])}" if lacking else ""), source(found, shown.shot)
    )


def paging(artifacts: Artifacts, system: str, operation: str, promise: Promise | None) -> Look:
    """The list that was walked twice; of other lists, whether an answer linked to a next page."""
    found = looked_up(artifacts, Pagination, system)
    if isinstance(found, Missing):
        return unseen(found)
    if found.operation != operation:
        return Unseen(f"one list was walked: {found.operation}" if found.operation else "no list was walked")
    shot = found.examples[0] if found.examples else None
    if found.differs:
        says = f"{len(found.skipped)} of {found.compared} records skipped" if found.skipped else ""
        says = says or (f"{len(found.repeated)} records twice" if found.repeated else "the page size is ignored")
        return Seen(False, says, source(found, shot))
    if found.compared < 2:
        return Unseen("the list is too short to walk")
    return Seen(True, f"{found.compared} records met in both walks", source(found, shot))


def repeat(artifacts: Artifacts, system: str, operation: str, promise: Promise | None) -> Look:
    """The same write sent twice; a record that can be found by our reference is no idempotency."""
    found = looked_up(artifacts, RepeatTrial, system, *_names(operation))
    if isinstance(found, Missing):
        return unseen(found)
    if found.by == "key":
        return Seen(True, f"done once under one {found.header}", source(found, found.second))
    if promise and promise.values and found.second_key_honoured is None:
        return Unseen(f"sent again without {promise.values[0]}")
    if promise and not promise.values and found.by == "read_back":
        return Seen(True, "sent again, nothing changed", source(found, found.second or found.first))
    back = "; it can be found by our own reference" if found.by == "read_back" and found.does == "create" else ""
    if found.second_key_honoured is False:
        return Seen(False, f"{found.records} records under one {found.header}{back}", source(found, found.second))
    return Seen(False, f"no key is taken{back}", source(found, found.first))


def etag(artifacts: Artifacts, system: str, operation: str, promise: Promise | None) -> Look:
    """A change sent with the state of before."""
    found = looked_up(artifacts, LostUpdates, system, "", *_names(operation))
    if isinstance(found, Missing):
        return unseen(found)
    own = next((u for u in found.updates if u.operation in _names(operation)), None)
    if own is None or own.answer == "not_tried":
        return Unseen(own.why if own and own.why else "no outdated change was sent")
    words = {
        "refused": "an outdated change is refused",
        "accepted": "an outdated change is accepted",
        "no_etag": "read without an ETag",
        "same_etag": "the ETag stays when the record changes",
    }
    return Seen(own.answer == "refused", words[own.answer], source(found, own.shots[-1] if own.shots else None))


def written(artifacts: Artifacts, system: str, operation: str, promise: Promise | None) -> Look:
    """A write and what the record says afterwards; a delete and what is left."""
    found = looked_up(artifacts, WriteRoundTrip, system, *_names(operation))
    if isinstance(found, Missing):
        return unseen(found)
    if not found.accepted:
        return Unseen(f"the example was answered {found.status or 'with nothing'}")
    if found.does == "delete":
        return _deleted(found, promise)
    if not found.readable or (not found.kept and not found.dropped and found.found):
        return Unseen("accepted, but nothing shows what was written")
    shot = found.read or found.write
    if found.dropped:
        return Seen(False, f"{found.status}, and {found.dropped[0].name} stays as it was", source(found, shot))
    if not found.found:
        return Seen(False, f"{found.status}, and no record is found", source(found, shot))
    return Seen(True, f"{', '.join(found.kept[:3])} read back as sent", source(found, shot))


def _deleted(found: WriteRoundTrip, promise: Promise | None) -> Look:
    """A soft delete is legitimate; whether the document says so is what the cell tells."""
    shot = found.undo_shots[-1] if found.undo_shots else found.write
    if found.undone in ("unclear", "nothing_to_undo", "none_offered"):
        return Unseen(found.undo_says or "whether the record is gone could not be seen")
    if found.undone == "not_undone":
        return Seen(False, "the record stays as it was", source(found, shot))
    soft = found.undone in ("soft_delete", "reversed")
    quiet = soft and promise is not None and "soft" not in promise.values
    return Seen(True, "kept as ended (soft delete)" if soft else "gone", source(found, shot), beyond=quiet)


def _answer(artifacts: Artifacts, system: str, operation: str) -> tuple[Answers | Missing, AnswerSeen | None]:
    found = looked_up(artifacts, Answers, system)
    own = next((a for a in found.answers if a.operation == operation), None) if isinstance(found, Answers) else None
    return found, own


def _statuses(artifacts: Artifacts, system: str, operation: str) -> Iterator[tuple[int, str]]:
    """Status and where it stands, of answers that are the system's own word on this operation."""
    answers, own = _answer(artifacts, system, operation)
    if isinstance(answers, Answers) and own and own.status and own.seen == "ok":
        yield own.status, source(answers, own.request)
    shapes = looked_up(artifacts, ErrorShapes, system)
    if isinstance(shapes, ErrorShapes):
        yield from ((e.status, source(shapes, e.shot)) for e in shapes.errors if e.operation == operation and e.status)
    trip = looked_up(artifacts, WriteRoundTrip, system, *_names(operation))
    if isinstance(trip, WriteRoundTrip) and trip.status and trip.does != "delete":
        yield trip.status, source(trip, trip.write)
    stale = looked_up(artifacts, LostUpdates, system, "", *_names(operation))
    if isinstance(stale, LostUpdates):
        own_changes = [u for u in stale.updates if u.operation in _names(operation)]
        tried = [u.shots[-1] for u in own_changes if u.shots and u.answer in ("refused", "accepted")]
        yield from ((shot.status, source(stale, shot)) for shot in tried if shot.status)


def _covers(declared: tuple[str, ...], code: int) -> bool:
    return bool({str(code), f"{code // 100}XX", "default"} & set(declared))


def _before(error: ErrorSeen) -> bool:
    return error.provoked_by == "no credential" and error.shape in ("empty", "text")


def _wrong(error: ErrorSeen, promise: Promise | None) -> bool:
    return error.shape not in READABLE or bool(_lacking(error, promise))


def _lacking(error: ErrorSeen, promise: Promise | None) -> list[str]:
    """Declared fields of this status that the error did not carry."""
    if promise is None or error.shape not in ("problem", "object"):
        return []
    for status in (str(error.status), f"{str(error.status)[:1]}XX", "default"):
        if status in promise.fields:
            return [name for name in promise.fields[status] if name not in error.fields]
    return []


def _names(operation: str) -> tuple[str, ...]:
    """An operation's id, and the name by which goals call it where a port stands before it."""
    short = re.sub(r"^[A-Za-z]\w*\.(?=\w+$)", "", operation)
    return (operation,) if short == operation else (operation, short)
