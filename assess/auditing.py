"""`kb audit` on its own: paths in, an audit out, without an engagement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from assess.live import Live
from kb_audit.artifact import KnowledgeAudit


def audit_paths(paths: Sequence[str], *, quiet: bool) -> KnowledgeAudit:
    """Audits folders and files.

    Raises:
        BadInput: a path does not exist, or the model is not the checked one.
    """
    from kb_audit.audit import audit
    from kb_audit.embedding import encoder, find_model

    model = find_model()
    with Live(quiet=quiet) as live:
        return audit(
            [Path(path) for path in paths],
            encode=encoder(model, progress=lambda what, done, of: live.say("", f"{what} {done} of {of}", 0, 0)),
            as_of=datetime.now(UTC).date(),
            progress=lambda what, done, of: live.say("", what, 0, 0),
            model={"model": model.name, "digest": model.digest},
        )
