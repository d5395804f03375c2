"""What a running pilot does between cases, every ten seconds: handoffs and notices out, answers in, and cases of dead processes taken up."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field

from runtime.engine.engine import Engine
from runtime.engine.ways_back import look_around

LOOK_S = 10.0
log = logging.getLogger(__name__)


@dataclass
class Rounds:
    """`at`: when the last round ended, monotonic seconds; `silent`: processes that the last one found dead."""

    engine: Engine
    at: float = field(default_factory=time.monotonic)
    silent: frozenset[str] = frozenset()

    def once(self) -> bool:
        """One round; a failing one does not end the pilot. False: the name is lost, and this process must end."""
        if not self.engine.pilot.executor.is_held():
            log.error(
                "the database has ended this process's session; another one may take its cases over: it ends here"
            )
            return False
        try:
            self._round()
        except Exception:
            log.exception("a round of deliveries and answers failed; the next one comes in %s s", LOOK_S)
        self.at = time.monotonic()
        return True

    def _round(self) -> None:
        found = look_around(self.engine.pilot)
        for problem in found.problems:
            log.warning(problem)
        for handoff in found.decided:
            self.engine.resume(handoff.case)
        self.engine.look_at_waiting()
        self.silent = self.engine.take_over(self.silent)
        self.engine.hand_over_stranded()
