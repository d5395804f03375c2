"""Vendors whose interfaces are known: how to tell them, and what they document. Data: templates/vendors.yaml.

A vendor's word is a claim with a source, never a measurement; it is printed beside what was measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from runtime.systems.settings import Role
from runtime.systems.surface import Surface

FEWEST_PATHS = 2


class VendorFact(BaseModel):
    """`about`: the question that it concerns, or a word of its own like `sandbox`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    says: str
    source: str
    tried: bool = False


class Vendor(BaseModel):
    """What is known of one vendor. `repeat_key`, `version_header`: names of headers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    role: Role = "other"
    hosts: tuple[str, ...] = ()
    sandbox_hosts: tuple[str, ...] = Field((), description="hosts that hold no live data")
    paths: tuple[str, ...] = Field((), description="beginnings of paths that no other interface has")
    repeat_key: str | None = None
    version_header: str | None = None
    limit_headers: tuple[str, ...] = ()
    limit_windows: dict[str, int] = Field(
        default_factory=dict, description="limit header → seconds that its figure is for"
    )
    facts: tuple[VendorFact, ...] = ()

    def about(self, question: str) -> tuple[VendorFact, ...]:
        return tuple(fact for fact in self.facts if fact.about == question)


@dataclass(frozen=True)
class Recognised:
    """Which vendor (its short name), and by what."""

    vendor: str
    by: Literal["address", "servers", "title", "paths"]


@cache
def vendors() -> Mapping[str, Vendor]:
    """Every known vendor by its short name."""
    import yaml

    text = files("templates").joinpath("vendors.yaml").read_text(encoding="utf-8")
    loaded = yaml.load(text, Loader=yaml.CSafeLoader)  # as safe as safe_load, and ten times as quick
    return {name: Vendor.model_validate(each) for name, each in loaded["vendors"].items()}


def recognised(surface: Surface, addresses: Iterable[str] = ()) -> Recognised | None:
    """The vendor of an interface: by the address that is asked, else by its description's servers, title or paths."""
    if found := _by_hosts(addresses):
        return Recognised(found, "address")
    if found := _by_hosts(surface.servers):
        return Recognised(found, "servers")
    if found := _only(name for name, v in vendors().items() if _names(v.name, surface.title)):
        return Recognised(found, "title")
    paths = {operation.path for operation in surface.operations.values()}
    if found := _only(name for name, v in vendors().items() if _has_paths(v, paths)):
        return Recognised(found, "paths")
    return None


def vendor_of(surface: Surface, *addresses: str) -> str | None:
    """The short name alone."""
    found = recognised(surface, addresses)
    return found.vendor if found else None


@cache
def limit_headers() -> frozenset[str]:
    """Names of every vendor's limit headers, in lower case."""
    return frozenset(name.lower() for vendor in vendors().values() for name in vendor.limit_headers)


@cache
def repeat_headers() -> frozenset[str]:
    """Names of every vendor's idempotency header, in lower case."""
    return frozenset(vendor.repeat_key.lower() for vendor in vendors().values() if vendor.repeat_key)


def carries_key(header: str) -> bool:
    """Whether a header of this name carries an idempotency key; X-Request-Id is for traces and does not."""
    return "idempoten" in header.lower() or header.lower() in repeat_headers()


def _by_hosts(addresses: Iterable[str]) -> str | None:
    hosts = [host for host in (urlsplit(address).hostname or "" for address in addresses) if host]
    for name, vendor in vendors().items():
        known = (*vendor.hosts, *vendor.sandbox_hosts)
        if any(host == one or host.endswith("." + one) for host in hosts for one in known):
            return name
    return None


def _only(names: Iterable[str]) -> str | None:
    """The one that fits; a title that names two vendors names none."""
    found = list(names)
    return found[0] if len(found) == 1 else None


def _names(vendor: str, title: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(vendor)}(?!\w)", title, re.IGNORECASE) is not None


def _has_paths(vendor: Vendor, paths: Iterable[str]) -> bool:
    """Two paths at least: one may be a bridge of somebody's own to the vendor."""
    return sum(any(path.startswith(start) for start in vendor.paths) for path in paths) >= FEWEST_PATHS
