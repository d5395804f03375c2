"""Further pairs of the same write under one key, at most five in all, from what the budget has left.

The first of them is sent while the answer to its twin is still on the way: that is how a lost answer is repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from probes.gather.example_body import example_body
from probes.gather.gatherer import Found, Gatherer, each_system
from probes.gather.guarded import find_operation
from probes.gather.key_header import key_header
from probes.gather.leftovers import close_open
from probes.gather.one_create import Trial, asked, note, prepared, send
from probes.gather.plan import PlanLine, line, surface_of
from probes.gather.repeat import RepeatTrial
from probes.gather.session import Session
from probes.gather.undo import take_back
from probes.gather.write_evidence import WriteRoundTrip
from probes.gather.write_targets import Target, targets
from runtime.errors import Refused
from runtime.estate import Estate
from runtime.systems.exchange import Exchange, Seen

MOST = 5  # pairs in all
NEEDS = 4  # requests of one: twice sent, taken back, read


def gather_system(session: Session, system: str) -> Found:
    """The repeat trial of each keyed create again, with as many pairs as there is room for."""
    for target in _keyed(session.estate, system):
        first = session.get(RepeatTrial, system, target.name)
        if _went(session, system, target) and first is not None and first.by == "key" and first.pairs < MOST:
            session.tell(system, f"is {target.name} done once each time it is repeated?")
            yield _with_further(session, target, first)


def _went(session: Session, system: str, target: Target) -> bool:
    """Whether the first record went when it was taken back; where it stayed, no further one is made."""
    trip = session.get(WriteRoundTrip, system, target.name)
    return trip is not None and trip.undone in ("removed", "reversed", "soft_delete")


def _with_further(session: Session, target: Target, trial: RepeatTrial) -> RepeatTrial:
    system = trial.subject.unit
    for number in range(trial.pairs + 1, MOST + 1):
        if not _room(session, system):
            break
        try:
            once = _pair(session, system, target, raced=number == 2)
        except Refused:  # the plan holds no further pair
            break
        if once is None:
            break
        made, answers = once
        raced = made == 1 if number == 2 else trial.raced
        honoured = (trial.honoured or 0) + (made == 1)
        trial = trial.model_copy(update={"pairs": number, "honoured": honoured, "raced": raced})
        if made > 1:  # one pair is enough to say no
            first, second = (session.shot(answer) for answer in answers)
            no = {"by": "no", "second_key_honoured": False, "records": made, "first": first, "second": second}
            return trial.model_copy(update=no)
    return trial


def _pair(
    session: Session, system: str, target: Target, *, raced: bool
) -> tuple[int, tuple[Exchange, Exchange]] | None:
    """How many records two sends made, and their answers; None where an answer tells nothing. All is taken back."""
    assert target.operation and target.effect
    arguments, lacking = example_body(session.samples, session.estate, system, target.operation, session.now)
    if lacking:
        return None
    trial = prepared(session, system, target.name, target.operation, target.effect, arguments)
    try:
        answers = (
            _raced(session, system, trial) if raced else (send(session, system, trial), send(session, system, trial))
        )
    finally:
        for entry, answer in trial.entries:
            trial.taken.append(take_back(session, entry, system, trial.name, trial.effect, trial.arguments, answer))
        close_open(session, system, trial.name)
    if not trial.entries or {answer.seen for answer in answers} - {Seen.OK, Seen.REFUSED}:
        return None
    return len(trial.entries), answers


def _raced(session: Session, system: str, trial: Trial) -> tuple[Exchange, Exchange]:
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(asked, session, system, trial) for _ in range(2)]
        (one, first), (other, second) = (each.result() for each in both)
    note(session, trial, one, first)
    note(session, trial, other, second)
    return first, second


def _room(session: Session, system: str) -> bool:
    made = sum(
        e.system == system and e.state not in ("nothing", "intended") for e in session.ledger.entries(session.run)
    )
    return session.left(system) >= NEEDS and made + 2 <= session.settings(system).writes.max_records


def _keyed(estate: Estate, system: str) -> list[Target]:
    return [
        one
        for one in targets(estate, system)
        if not one.cause
        and one.operation
        and one.effect
        and one.effect.does == "create"
        and one.effect.undo
        and key_header(estate, system, one.operation, one.effect)
    ]


def planned(estate: Estate) -> list[PlanLine]:
    """Each pair, with what takes it back, only as a whole."""
    return [
        one
        for system in estate.systems
        for target in _keyed(estate, system)
        for number in range(2, MOST + 1)
        for one in _lines(estate, system, target, number)
    ]


def _lines(estate: Estate, system: str, target: Target, number: int) -> Iterator[PlanLine]:
    assert target.operation and target.effect
    surface, purpose = surface_of(estate, system), f"pair {number} of {target.name} under one key"
    undo = find_operation(surface, str(target.effect.undo))
    yield line(system, target.operation, purpose, "repeat_safe", 2, undo.id if undo else None)
    if undo:
        yield line(system, undo, purpose, "repeat_safe")
    by_id = target.effect.read_back or (target.effect.repeat.find if target.effect.repeat else None)
    reader = find_operation(surface, by_id) if by_id else None
    if reader:
        yield line(system, reader, purpose, "repeat_safe")


GATHERER = Gatherer(
    name="pairs",
    plan=planned,
    run=each_system("pairs", (), gather_system),
    gives=(RepeatTrial,),
    level=9,
    cost=50,
    probes=("repeat_safe",),
    fills=True,
    whole=True,
)
