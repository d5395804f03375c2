"""A bundle's manifest: what a collection says about itself, the digest of each file, and the digest of the whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from probes.artifact import Missing
from probes.old_formats import upgraded
from runtime.errors import BadInput, Conflict

FORMAT = 1


MANIFEST = "manifest.json"


class Struck(BaseModel):
    """A value that was taken out of a bundle: where, why, and the digests before and after, so that both can be shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(description="file of the bundle, and `#/…` (JSON pointer, RFC 6901) inside it")
    reason: str
    at: datetime
    file_before: str
    file_after: str = Field("", description="empty when the whole file was taken out")
    bundle_before: str


class Source(BaseModel):
    """A bundle that another one was put together from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    digest: str
    run: str
    as_of: datetime
    plan: str = ""
    plan_enforced: bool = False
    approved_by: str = ""
    requests: dict[str, int] = Field(default_factory=dict)


class Manifest(BaseModel):
    """What a bundle says about itself. `files`: path → sha256; `digest`: of everything else in here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    as_of: datetime
    run: str
    organisation: str
    tools: dict[str, str] = Field(default_factory=dict)
    catalogue: str = ""
    inputs_digest: str = ""
    plan: str = ""
    systems: list[str] = Field(default_factory=list)
    requests: dict[str, int] = Field(default_factory=dict)
    reversed: list[str] = Field(default_factory=list)
    left_behind: list[str] = Field(default_factory=list)
    inventory: dict[str, list[str]] = Field(
        default_factory=dict, description="operations, articles, sections, limits: what is gone later is seen"
    )
    gone: dict[str, list[str]] = Field(
        default_factory=dict,
        description="what the bundle before held and this one does not; `reached by WORKFLOW`: articles",
    )
    approved_by: str = ""
    plan_enforced: bool = Field(False, description="nothing outside the plan could be sent")
    struck: list[Struck] = Field(default_factory=list)
    merged: list[Source] = Field(default_factory=list, description="the bundles that this one was put together from")
    missing: list[Missing] = Field(default_factory=list)
    files: dict[str, str] = Field(default_factory=dict)
    digest: str = ""

    def sealed(self, files: Mapping[str, str]) -> Manifest:
        """With its files and the digest of the whole."""
        bare = self.model_copy(update={"files": dict(sorted(files.items())), "digest": ""})
        return bare.model_copy(update={"digest": digest_of(bare)})


def read_manifest(root: Path, shown: Path | None = None) -> Manifest:
    place = str((shown or root) / MANIFEST) if shown is None else f"{shown}:{MANIFEST}"
    try:
        raw = json.loads((root / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(
            "this is no bundle: it holds no manifest.json",
            str(shown or root),
            "name a folder under bundles/ or its zip",
        ) from None
    except (OSError, ValueError) as error:
        raise Conflict(
            f"the manifest cannot be read: {error}", place, "take the bundle from its source again"
        ) from None
    found = raw.get("format") if isinstance(raw, dict) else None
    if isinstance(found, int) and found > FORMAT:
        raise BadInput(
            f"bundle format {found} is newer than this version reads",
            place,
            f"install a cxready that reads format {found}",
        )
    try:
        return Manifest.model_validate(upgraded("manifest", raw))
    except ValidationError as error:
        raise Conflict(
            f"the manifest is damaged: {error.errors()[0]['msg']}", place, "take the bundle from its source again"
        ) from None


LATER = ("plan_enforced", "struck", "merged", "gone")
"""Fields that came after the first bundles: empty, they are no part of the digest, so that old seals hold."""


def digest_of(manifest: Manifest) -> str:
    dumped = manifest.model_dump(mode="json")
    held = {name: value for name, value in dumped.items() if value or name not in LATER}
    return "sha256:" + sha(json.dumps(held, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())


def as_json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
