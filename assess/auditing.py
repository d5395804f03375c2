"""`kb audit` on its own: paths and addresses in, an audit out, without an engagement."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assess.live import Live
from kb_audit.ahead import Ahead
from kb_audit.artifact import KnowledgeAudit
from kb_audit.sources.reading import Reading
from runtime.errors import BadInput
from runtime.written import read_text

if TYPE_CHECKING:
    from kb_audit.second_judge import SecondJudge


@dataclass(frozen=True)
class AuditSettings:
    """What a person may set. `online`: at most so many external links are followed; 0: none.
    `second_judge`: the language model of CXREADY_MODEL looks at conflicts once more."""

    as_of: date | None = None
    questions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    retired: Sequence[str] = ()
    review_days: Mapping[str, int] = field(default_factory=dict)
    online: int = 0
    most_requests: int = 200
    second_judge: bool = False


def audit_paths(paths: Sequence[str], *, quiet: bool, settings: AuditSettings | None = None) -> KnowledgeAudit:
    """Audits folders, files and live sources (`kb_audit.live`).

    Raises:
        BadInput: a path does not exist, or the model is not the checked one, no second judge is named.
        Unreachable: a live source does not answer.
    """
    from kb_audit.embedding import encoder, find_model
    from kb_audit.together.graph import graph

    checked, made = Ahead(find_model), Ahead(graph)  # reads all weights, while modules are loaded
    from kb_audit.audit import audit
    from kb_audit.kept import Kept
    from kb_audit.together.reader import pair_reader

    given = settings or AuditSettings()
    judge = _second_judge() if given.second_judge else None
    model = checked.result()
    with _seldom_collected(), Live(quiet=quiet) as live:

        def told(what: str, done: int, of: int) -> None:
            live.say("", f"{what} {done} of {of}", 0, 0)

        encode = encoder(model, progress=told)
        sources = [_source(path, given, lambda what: live.say("", what, 0, 0)) for path in paths]
        found = audit(
            sources,
            encode=encode,
            as_of=given.as_of or datetime.now(UTC).date(),
            intents=given.questions,
            retired=given.retired,
            review_days=given.review_days,
            progress=lambda what, done, of: live.say("", what, 0, 0),
            model={"model": model.name, "digest": model.digest},
            kept=Kept(at_news=encode.prepare),
            second_judge=judge,
            reader=pair_reader(progress=told, made=made.result),
        )
        encode.settle()
        return _online(found, sources, given.online, live) if given.online else found


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """An audit makes very many small objects and hardly a cycle: looking for cycles among all of them, time and again, would take
    a tenth of its time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _second_judge() -> SecondJudge:
    from assess.second_judge import second_judge

    return second_judge(os.environ)


def _source(path: str, given: AuditSettings, say: Callable[[str], None]) -> Path | Reading:
    from kb_audit import live

    source = live.live(path)
    return Path(path) if source is None else live.alone(source, most=given.most_requests, say=say)


def _online(found: KnowledgeAudit, sources: Sequence[Path | Reading], most: int, live: Live) -> KnowledgeAudit:
    """The audit with the external links that are dead."""
    from kb_audit.external_links import external, findings, follow_external
    from kb_audit.remedies import with_remedies
    from kb_audit.sources import folder
    from kb_audit.sources.reading import NotRead, together

    articles = together(s if isinstance(s, Reading) else folder.read(s) for s in sources).articles
    followed = follow_external(
        list(external(articles)), most=most, say=lambda done, of: live.say("", f"following links {done} of {of}", 0, 0)
    )
    left = [NotRead(name="links to elsewhere", why=f"{followed.left} were not followed; raise --online")]
    more = with_remedies(articles, findings(articles, followed))
    return found.model_copy(
        update={"findings": (*found.findings, *more), "not_read": (*found.not_read, *(left if followed.left else ()))}
    )


def read_questions(path: Path) -> dict[str, list[str]]:
    """Questions of customers, one a line; a line `# name` begins the ones of a workflow.

    Raises BadInput for a file without a question.
    """
    found: dict[str, list[str]] = {}
    name = "questions"
    for line in read_text(path).splitlines():
        head = re.match(r"#+\s*(\S.*)", line)
        if head:
            name = head[1].strip()
        elif line.strip():
            found.setdefault(name, []).append(line.strip())
    if not found:
        raise BadInput(
            "there is no question in it", str(path), "write one question a line, `# name` above those of a workflow"
        )
    return found


def read_days(said: Sequence[str]) -> dict[str, int]:
    """`prices=60` → days between reviews. Raises BadInput for anything else."""
    found: dict[str, int] = {}
    for each in said:
        kind, equals, days = each.partition("=")
        if not equals or not days.isdecimal():
            raise BadInput(f"{each} is no interval", "--review-days", "write KIND=DAYS, as in prices=60")
        found[kind] = int(days)
    return found
