"""Rules: named, pure functions of what was read, which steps call by name (entry point group `cxready.rules`)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

GROUP = "cxready.rules"
Rule = Callable[..., Any]
log = logging.getLogger(__name__)


@cache
def installed() -> Mapping[str, Rule]:
    """Rules of installed packages; one that cannot be loaded is logged and absent."""
    from importlib.metadata import entry_points

    found: dict[str, Rule] = {}
    for point in entry_points(group=GROUP):
        try:
            loaded = point.load()
        except Exception as error:
            log.warning("rule %s of an installed package could not be loaded: %s", point.name, error)
            continue
        found.update(loaded if isinstance(loaded, Mapping) else {point.name: loaded})
    return found
