"""Vendors whose interfaces are known: how to tell them, and what they document. Data: templates/vendors.yaml.

A vendor's word is a claim with a source, never a measurement; it is printed beside what was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict


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
    hosts: tuple[str, ...] = ()
    repeat_key: str | None = None
    version_header: str | None = None
    limit_headers: tuple[str, ...] = ()
    facts: tuple[VendorFact, ...] = ()

    def about(self, question: str) -> tuple[VendorFact, ...]:
        return tuple(fact for fact in self.facts if fact.about == question)


@cache
def vendors() -> Mapping[str, Vendor]:
    """Every known vendor by its short name."""
    import yaml

    text = files("templates").joinpath("vendors.yaml").read_text(encoding="utf-8")
    return {name: Vendor.model_validate(each) for name, each in yaml.safe_load(text)["vendors"].items()}


def vendor_of(title: str, *addresses: str) -> str | None:
    """The short name of the vendor whose host an address names, or whose name the description's title begins with."""
    hosts = [host for host in (urlsplit(address).hostname or "" for address in addresses) if host]
    for name, vendor in vendors().items():
        if any(host == known or host.endswith("." + known) for host in hosts for known in vendor.hosts):
            return name
    found = [n for n, v in vendors().items() if v.name.lower() in title.lower()]
    return found[0] if len(found) == 1 else None
