"""The tables of the decision log: rows are added, and triggers refuse that one is changed or taken out."""

from __future__ import annotations

SCHEMA = 1
COLUMNS = "run, seq, at, step, operation, arguments, decision, effect, detail, previous, hash"
_NO = "SELECT RAISE(ABORT, 'the decision log is append-only')"
TABLES = (
    "CREATE TABLE IF NOT EXISTS decision_log (id INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, seq INTEGER NOT NULL, "
    "at TEXT NOT NULL, step TEXT NOT NULL, operation TEXT NOT NULL, arguments TEXT NOT NULL, decision TEXT NOT NULL, "
    "effect TEXT NOT NULL, detail TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL, UNIQUE (run, seq))",
    "CREATE TABLE IF NOT EXISTS decision_anchors (run TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, at TEXT NOT NULL)",
    f"CREATE TRIGGER IF NOT EXISTS decision_log_no_update BEFORE UPDATE ON decision_log BEGIN {_NO}; END",
    f"CREATE TRIGGER IF NOT EXISTS decision_log_no_delete BEFORE DELETE ON decision_log BEGIN {_NO}; END",
    f"CREATE TRIGGER IF NOT EXISTS decision_anchors_no_update BEFORE UPDATE ON decision_anchors BEGIN {_NO}; END",
    f"CREATE TRIGGER IF NOT EXISTS decision_anchors_no_delete BEFORE DELETE ON decision_anchors BEGIN {_NO}; END",
    f"CREATE TABLE IF NOT EXISTS decision_log_schema AS SELECT {SCHEMA} AS version",
)
