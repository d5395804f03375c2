"""A customer's answer to what a case asked, taken by this process or left for the one that runs the pilot."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

from assess.engagement import Folder
from assess.piloting import CaseResult, pilot_of, result_of, running
from runtime.errors import BadInput, Conflict
from runtime.understanding.encode import Encode

WHERE = "`cxready pilot status DIR` lists what waits"


def answer_case(
    folder: Folder,
    run: str,
    message: str,
    customer: str,
    *,
    secrets: Mapping[str, str] | None = None,
    encode: Encode | None = None,
) -> CaseResult:
    """What came of the case after its customer answered.

    Raises:
        BadInput: the case asked this customer nothing, or the time for it is over.
    """
    from runtime.cases.confirming import take

    with ExitStack() as open_until_done:
        try:
            engine = open_until_done.enter_context(running(folder, secrets=secrets, encode=encode))
        except Conflict:
            pilot = pilot_of(folder, secrets=secrets, encode=encode)
            if not take(pilot, run, message, customer):
                raise _nothing_asked(run, customer) from None
            return CaseResult(
                run, run, None, "act", "asked", "the answer was recorded; the pilot that is running goes on with it"
            )
        if not engine.answer(run, message, customer):
            raise _nothing_asked(run, customer)
        return result_of(engine.outcome(run), run)


def _nothing_asked(run: str, customer: str) -> BadInput:
    return BadInput(f"this case waits for no answer of {customer}", run, WHERE)
