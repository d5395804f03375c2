"""reStructuredText pages, Sphinx's words included: nothing is inserted from other files, nothing raw is taken over.

docutils with `file_insertion_enabled` and `raw_enabled` off, as its own security page asks for untrusted text
(https://docutils.sourceforge.io/docs/howto/security.html).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, ClassVar

from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import Directive, directives, roles

from kb_audit.article import Article, BlockKind
from kb_audit.sources import front_matter
from kb_audit.sources.front_matter import PageFields
from kb_audit.sources.writer import BodyWriter

_SETTINGS = {
    "file_insertion_enabled": False, "raw_enabled": False, "_disable_config": True, "halt_level": 5, "report_level": 5,
    "input_encoding": "unicode", "doctitle_xform": False, "docinfo_xform": True, "line_length_limit": 10_000,
    "warning_stream": False, "syntax_highlight": "none", "embed_stylesheet": False,
}  # fmt: skip
_DIRECTIVE = re.compile(r"(?m)^[ \t]*\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?([\w:+-]+)::")
_ROLE = re.compile(r":([\w:+-]+):`")
_CODE = ("code", "literal", "sourcecode", "parsed-literal", "testcode", "doctest", "prompt", "graph", "math")
_LINKING = {"doc": "", "ref": "label:", "numref": "label:", "any": "label:"}
_TARGET = re.compile(r"^(.*?)\s*<([^<>]+)>$", re.S)
LABEL = "label:"


def parse(name: str, text: str, source: str = "") -> Article:
    """An article from the text of a reStructuredText file; `body` is what a reader sees."""
    _teach(text)
    tree = publish_doctree(text, settings_overrides=_SETTINGS)
    writer = BodyWriter()
    _Reader(writer).read(tree)
    return writer.article(name, _fields(tree, writer), source)


class _Passing(Directive):
    """A directive that docutils does not know: what it holds is read as text, or as code where its name says so."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[Any] = type(
        "Any", (dict,), {"__getitem__": lambda self, key: directives.unchanged, "__bool__": lambda self: True}
    )()

    def run(self) -> list[nodes.Node]:
        held = "\n".join(self.content)
        if self.name == "toctree":
            return [_toctree(held)]
        if any(word in self.name for word in _CODE):
            return [nodes.literal_block(held, held)]
        inside = nodes.container()
        if self.arguments:
            said, _ = self.state.inline_text(self.arguments[0], self.lineno)
            inside += nodes.paragraph(self.arguments[0], "", *said)
        self.state.nested_parse(self.content, self.content_offset, inside)
        return [inside]


def _toctree(held: str) -> nodes.Node:
    """The pages that a table of contents names, as links without text of their own."""
    entries = [_TARGET.sub(r"\2", line.strip()) for line in held.splitlines() if line.strip()]
    return nodes.container("", *(nodes.reference("", "", refuri=e) for e in entries if not e.startswith((":", "self"))))


def _role(name: str, raw: str, text: str, line: int, inliner: Any, options: Any = None, content: Any = ()) -> Any:
    """A role that docutils does not know: its words, and the link where it is one."""
    plain = text.replace("\x00", "").lstrip("!~")
    named = _TARGET.match(plain)
    words, target = (named[1], named[2]) if named else (plain, plain)
    kind = name.rpartition(":")[2]
    if kind in _LINKING:
        return [nodes.reference(raw, words, refuri=_LINKING[kind] + target)], []
    return [nodes.inline(raw, words)], []


def _teach(text: str) -> None:
    """Lets docutils pass over the directives and roles of this text that only Sphinx and its extensions know."""
    for name in set(_DIRECTIVE.findall(text)) - _known_directives():
        directives.register_directive(name, _Passing)
    for name in {found.lower() for found in _ROLE.findall(text)}:
        if name not in roles._role_registry and name not in roles._roles:  # type: ignore[attr-defined]
            roles.register_local_role(name, _role)


def _known_directives() -> set[str]:
    return {*directives._directive_registry, *directives._directives} - {"toctree"}  # type: ignore[attr-defined]


class _Reader:
    """Writes a document tree block by block."""

    def __init__(self, writer: BodyWriter) -> None:
        self.writer = writer
        self.said = ""

    def read(self, node: nodes.Element, level: int = 0, kind: BlockKind = "paragraph", lead: str = "") -> None:
        names: list[object] = [*node.get("names", ()), *node.get("ids", ())]
        for name in names:
            self.writer.mark(str(name))
        for child in node.children:
            if isinstance(child, nodes.Element):
                self._one(child, level, kind, lead)

    def _one(self, node: nodes.Element, level: int, kind: BlockKind, lead: str) -> None:
        if isinstance(node, nodes.section):
            self.read(node, level + 1)
        elif isinstance(node, nodes.title | nodes.rubric):
            self._links(node)
            self.writer.heading(max(level, 1), _words(node))
            self.said = ""
        elif isinstance(node, nodes.comment):
            self.writer.hide(node.astext())
        elif isinstance(node, nodes.literal_block | nodes.doctest_block | nodes.math_block):
            self.writer.block("code", node.astext())
        elif isinstance(node, nodes.paragraph | nodes.term | nodes.line | nodes.caption):
            self._links(node)
            if words := _words(node):
                self.writer.block("caption" if isinstance(node, nodes.caption) else kind, words, lead)
                self.said = words if kind == "paragraph" else self.said
        elif isinstance(node, nodes.bullet_list | nodes.enumerated_list):
            self.read(node, level, "item", self.said if self.said.endswith(":") else lead)
            self.said = ""
        elif isinstance(node, nodes.table):
            self._table(node)
        elif isinstance(node, nodes.reference | nodes.image):
            self._links(node)
        elif not isinstance(
            node, nodes.system_message | nodes.docinfo | nodes.field_list | nodes.raw | nodes.substitution_definition
        ):
            self.read(node, level, kind, lead)

    def _table(self, table: nodes.table) -> None:
        head = ""
        for row in table.findall(nodes.row):
            text = " | ".join(_words(entry) for entry in row.findall(nodes.entry))
            if isinstance(row.parent, nodes.thead):
                head = text
                continue
            self._links(row)
            self.writer.block("row", text, head)

    def _links(self, node: nodes.Element) -> None:
        for found in node.findall(nodes.image):
            self.writer.image(str(found.get("uri", "")), str(found.get("alt", "")))
        for link in node.findall(nodes.reference):
            inside = link.get("refid") or (str(link["refname"]).replace(" ", "-") if link.get("refname") else "")
            target = link.get("refuri") or (f"#{inside}" if inside else "")
            if target:
                self.writer.link(str(target), link.astext())


def _words(node: nodes.Node) -> str:
    return " ".join(node.astext().split())


def _fields(tree: nodes.document, writer: BodyWriter) -> PageFields:
    """From the field lists (`:owner:`, `:date:` …) above or right below the title, and `meta` directives."""
    said = {str(n.get("name", "")): str(n.get("content", "")) for n in tree.findall(nodes.meta)}
    for node in tree.findall(lambda n: isinstance(n, nodes.docinfo | nodes.field_list)):
        for child in node.children if _is_head(node) else ():
            if isinstance(child, nodes.field):
                said[child[0].astext()] = child[1].astext()
            else:
                said[type(child).__name__] = child.astext()
    return replace(front_matter.of(said), title=said.get("title") or writer.first_heading)


def _is_head(node: nodes.Node) -> bool:
    above = node.parent
    return isinstance(above, nodes.document) or (
        isinstance(above, nodes.section)
        and isinstance(above.parent, nodes.document)
        and all(
            isinstance(n, nodes.title | nodes.docinfo | nodes.comment | nodes.target)
            for n in above.children[: above.index(node)]
        )
    )
