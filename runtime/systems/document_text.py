"""A description's text as plain values: JSON, or YAML without its surprises (dates, yes and no, aliases that explode)."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import yaml

MAX_VALUES = 5_000_000
_TEXT, _LIST, _MAP, _MERGE = (f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map", "merge"))
_UNDER_WAY = object()
_ALIAS = re.compile(r"(?:^|[\s\[{,:])\*[^\s*\]\[{},]", re.MULTILINE)  # or what looks like one, in a sentence


class Unreadable(Exception):
    """A document is neither JSON nor YAML; the message says where it breaks."""


class _Loader(yaml.CSafeLoader):
    """YAML 1.2's core schema as far as descriptions need it: no dates, yes/no/on/off stay text, and keys are text as in
    JSON (`200:` is the status "200"). Plain mappings, lists and texts are made directly, which is most of a description.
    """

    def get_single_data(self) -> Any:
        self._made: dict[int, Any] = {}
        node = self.get_single_node()
        return None if node is None else self._value(node)

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        """As PyYAML does it; texts, which most values are, are known by their first letter."""
        if kind is yaml.ScalarNode and implicit[0] and (value[:1] not in self.yaml_implicit_resolvers):
            return _TEXT
        return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]

    def _value(self, node: yaml.Node) -> Any:
        if node.tag == _TEXT and isinstance(node, yaml.ScalarNode):
            return node.value
        if isinstance(node, yaml.ScalarNode):
            return self.construct_object(node)
        if id(node) in self._made:
            if self._made[id(node)] is _UNDER_WAY:
                raise Unreadable("an alias leads back to itself")
            return self._made[id(node)]
        self._made[id(node)] = _UNDER_WAY
        made = self._made[id(node)] = self._container(node)
        return made

    def _container(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.SequenceNode) and node.tag == _LIST:
            return [self._value(one) for one in node.value]
        if isinstance(node, yaml.MappingNode) and node.tag == _MAP:
            if any(key.tag == _MERGE for key, _ in node.value):
                self.flatten_mapping(node)
            return {self._key(key): self._value(value) for key, value in node.value}
        return self.construct_object(node, deep=True)

    def _key(self, node: yaml.Node) -> str:
        if node.tag == _TEXT and isinstance(node, yaml.ScalarNode):
            return str(node.value)
        return json.dumps(self._value(node), default=str)


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in found if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
    ]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), list("tTfF")
)


def parse_document(raw: bytes) -> Any:
    """JSON or YAML as plain values, to be read only: who asks for the same text again gets the same values.

    Raises:
        Unreadable: neither.
    """
    return _read(raw)


@lru_cache(maxsize=1)
def _read(raw: bytes) -> Any:
    with no_collecting():
        return _parsed(raw.decode("utf-8-sig", "replace"))


@contextmanager
def no_collecting() -> Iterator[None]:
    """A reader makes values that all live on: looking for dead ones among them takes up to three times as long."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _parsed(text: str) -> Any:
    if text.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(text)
        except RecursionError:
            raise Unreadable("nested too deeply") from None
        except ValueError as error:
            if "\n" not in text.strip():
                raise Unreadable(f"not JSON: {error}") from None
    try:
        document = yaml.load(text, Loader=_Loader)  # noqa: S506 – a subclass of the safe loader
        return _bounded(document) if _ALIAS.search(text) else document
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise Unreadable(f"not YAML{line}: {error.problem}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Unreadable(f"not YAML: {str(error)[:120]}") from None


def _bounded(document: Any) -> Any:
    """The document, unless its aliases expand to more than MAX_VALUES values or lead back to themselves."""
    sizes: dict[int, int] = {}
    under_way: set[int] = set()

    def size(node: Any) -> int:
        if not isinstance(node, dict | list):
            return 1
        if id(node) in under_way:
            raise Unreadable("an alias leads back to itself")
        if id(node) not in sizes:
            under_way.add(id(node))
            sizes[id(node)] = 1 + sum(map(size, node.values() if isinstance(node, dict) else node))
            under_way.discard(id(node))
        return sizes[id(node)]

    if size(document) > MAX_VALUES:
        raise Unreadable("its aliases expand to more than any description holds")
    return document
