"""Logging to stderr, with the redaction filter on the root handler."""

from __future__ import annotations

import json
import logging
import sys


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(
            {"at": self.formatTime(record), "level": record.levelname, "from": record.name, "says": record.getMessage()}
        )


def set_up(verbose: int, log_format: str) -> None:
    """stdlib logging: warnings by default, -v info, -vv debug."""
    from runtime.redaction import RedactingFilter

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonLines() if log_format == "json" else logging.Formatter("%(levelname).1s %(name)s: %(message)s")
    )
    handler.addFilter(RedactingFilter())
    logging.basicConfig(
        level=[logging.WARNING, logging.INFO, logging.DEBUG][min(verbose, 2)], handlers=[handler], force=True
    )
