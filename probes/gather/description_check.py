"""An OpenAPI document against its own standard: the OpenAPI Initiative's schemas, then the rules that no schema can say.

Nothing is fetched. The schemas for 2.0, 3.0, 3.1 and 3.2 are those that openapi-spec-validator ships; jsonschema-rs reads
a document of 3 MB against them in hundredths of a second, where a validator in Python takes several seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from probes.gather.description_rules import broken_rules

VALIDATOR = "the OpenAPI Initiative's schemas"
MOST = 20
_TOOLS = ("jsonschema-rs", "openapi-spec-validator")
_LONGEST = 200


def tools() -> dict[str, str]:
    """What checks, with its versions: the validator, and the package that the schemas come from."""
    return {name: version(name) for name in _TOOLS}


def faults_of(path: Path, folder: Path) -> list[str]:
    """What stands against the document, at most 20 sentences `place: what`.

    Args:
        folder: the engagement's; a reference that leads out of it is a fault, and never followed.
    """
    document = _document(path)
    if not isinstance(document, dict):
        return ["the document holds no object"]
    try:
        found = (*islice(_against_schema(document), MOST), *islice(broken_rules(document, path, folder), MOST))
    except RecursionError:
        return ["the document cannot be checked: it is nested too deeply"]
    return list(dict.fromkeys(found))[:MOST]


def _document(path: Path) -> Any:
    from runtime.systems.document_text import Unreadable, parse_document

    try:
        return parse_document(path.read_bytes())
    except (OSError, Unreadable):
        return None


def _against_schema(document: dict[str, Any]) -> Iterator[str]:
    kind = str(document.get("swagger") or document.get("openapi") or "")[:3]
    if kind not in ("2.0", "3.0", "3.1", "3.2"):
        yield f"document: OpenAPI {kind or 'of no version'} has no schema to check it against"
        return
    try:
        for error in _schema(kind).iter_errors(document):
            yield _said(error)
    except (ValueError, TypeError) as error:  # a value that JSON does not know, like .inf
        yield f"document: it holds what JSON does not: {str(error)[:_LONGEST]}"


@cache
def _schema(kind: str) -> Any:
    """The validator of one version; found beside its package without importing it, which takes a third of a second."""
    import jsonschema_rs

    package = find_spec("openapi_spec_validator")
    place = Path((package.submodule_search_locations or [""])[0]) if package else Path()
    schema = (place / "resources" / "schemas" / f"v{kind}" / "schema.json").read_text(encoding="utf-8")
    return jsonschema_rs.validator_for(json.loads(schema))


def _said(error: Any) -> str:
    """One sentence; of alternatives that all fail, what the nearest one lacks."""
    while nearer := _nearest(error):
        error = nearer
    place = "/".join(str(part) for part in error.instance_path)
    return f"{place or 'document'}: {error.message[:_LONGEST]}"


def _nearest(error: Any) -> Any:
    branches = [list(branch) for branch in getattr(error.kind, "context", None) or ()]
    refers = isinstance(error.instance, Mapping) and "$ref" in error.instance
    meant = [branch for branch in branches if branch and (refers or not any(_wants_reference(e) for e in branch))]
    chosen = min(meant, key=lambda branch: (-max(len(e.instance_path) for e in branch), len(branch)), default=[])
    return max(chosen, key=lambda e: len(e.instance_path), default=None)


def _wants_reference(error: Any) -> bool:
    return str(error.kind.as_dict().get("property", "")).strip('"') == "$ref" and error.kind.name == "required"
