"""Writes what is generated: docs/probes.md and the published schemas."""

from __future__ import annotations

import json
from pathlib import Path

from assess.catalogue import catalogue
from assess.catalogue_page import markdown
from assess.schemas import NAMES, schema_of

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    (ROOT / "docs" / "probes.md").write_text(markdown(catalogue()), encoding="utf-8", newline="\n")
    home = ROOT / "docs" / "schemas"
    home.mkdir(exist_ok=True)
    for name in NAMES:
        (home / f"{name}.json").write_text(
            json.dumps(schema_of(name), indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
        )


if __name__ == "__main__":
    main()
