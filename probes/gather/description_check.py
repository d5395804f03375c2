"""An OpenAPI document against its own standard, without following any reference that leads out of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def faults_of(path: Path) -> list[str]:
    """What openapi-spec-validator says, at most 20 sentences. No reference outside the file is followed."""
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

    document = _document(path)
    if not isinstance(document, dict):
        return ["the document holds no object"]
    if _remote_references(document):
        return [f"refers to {ref} outside the document" for ref in _remote_references(document)[:20]]
    kind = OpenAPIV31SpecValidator if str(document.get("openapi", "")).startswith("3.1") else OpenAPIV30SpecValidator
    found = []
    try:
        for error in kind(document).iter_errors():
            place = "/".join(str(p) for p in getattr(error, "absolute_path", ()))
            found.append(f"{place or 'document'}: {str(getattr(error, 'message', error))[:200]}")
            if len(found) >= 20:
                break
    except Exception as error:  # the validator raises its own and its libraries' errors on broken documents
        found.append(f"the document cannot be checked: {type(error).__name__}: {str(error)[:200]}")
    return found


def _document(path: Path) -> Any:
    import json

    from runtime.systems.document_text import Unreadable, parse_document

    try:
        return json.loads(json.dumps(parse_document(path.read_bytes()), default=str))
    except (OSError, ValueError, RecursionError, Unreadable):
        return None


def _remote_references(document: Any) -> list[str]:
    found: list[str] = []
    stack = [document]
    while stack:
        node = stack.pop()
        if isinstance(node, Mapping):
            reference = node.get("$ref")
            if isinstance(reference, str) and not reference.startswith("#"):
                found.append(reference)
            stack += list(node.values())
        elif isinstance(node, list):
            stack += node
    return found
