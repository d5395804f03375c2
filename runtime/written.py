"""Files that people write: strict YAML 1.2, every complaint with file and line.

Unknown or duplicate keys are errors with a suggestion; floats are errors wherever a model asks for money.
Source of the dialect: YAML 1.2.2, https://yaml.org/spec/1.2.2/ (ruamel.yaml, safe round-trip loader).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from runtime.errors import BadInput, did_you_mean

MAX_BYTES = 5_000_000
Lines = dict[tuple[str, ...], int]


class Strict(BaseModel):
    """Base of every model that a user writes: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, populate_by_name=True)


Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Written(Generic[Model]):
    """A checked file: its value, and the line of every key (1-based) for later complaints."""

    value: Model
    path: Path
    lines: Lines = field(default_factory=dict)

    def place(self, *keys: str | int) -> str:
        """`file:line` of the nearest written key on the way to `keys`."""
        return _place(self.path, self.lines, tuple(str(k) for k in keys))


def load(path: Path, model: type[Model]) -> Written[Model]:
    """Reads and checks one file.

    Raises:
        BadInput: missing, unreadable, not YAML, an unknown or duplicate key, a wrong value: the first ones, each with file:line.
    """
    return loads(read_text(path), model, path)


def loads(text: str, model: type[Model], path: Path) -> Written[Model]:
    """The same for a text; `path` only names it in complaints."""
    plain, lines = parse(text, path)
    if not isinstance(plain, dict):
        raise BadInput(
            "the file holds no keys", f"{path}:1", "start with `format: 1`; `cxready schema` prints the shape"
        )
    _check_format(plain, path, lines)
    try:
        return Written(model.model_validate(plain), path, lines)
    except ValidationError as error:
        raise _bad_input(error, model, path, lines) from None


def parse(text: str, path: Path) -> tuple[Any, Lines]:
    """Plain Python values of a YAML text and the line of every key."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    yaml = YAML(typ="rt", pure=True)
    yaml.allow_duplicate_keys = False
    try:
        _refuse_aliases(text, path)
        tree = yaml.load(StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what = "the same key stands twice" if "duplicate" in str(error.problem) else f"not YAML: {error.problem}"
        raise BadInput(what, f"{path}:{line}", "look at this line and the one above it") from None
    except YAMLError as error:
        position = getattr(error, "position", None)
        if isinstance(position, int) and position < len(text):
            line = text.count("\n", 0, position) + 1
            said = f"the character U+{ord(text[position]):04X} has no place in such a file"
            raise BadInput(said, f"{path}:{line}", "take it out") from None
        raise BadInput(f"not YAML: {error}", str(path), "look at the quotes and the indentation") from None
    except RecursionError:
        raise BadInput("the file is nested too deeply", str(path), "look for a bracket that is never closed") from None
    lines = dict(_lines(tree, ()))
    return _plain(tree), lines


def _refuse_aliases(text: str, path: Path) -> None:
    """A few aliases of aliases expand to more than any memory holds; nobody needs them in these files."""
    if "*" not in text:
        return
    from ruamel.yaml import YAML
    from ruamel.yaml.events import AliasEvent

    for event in YAML(typ="rt", pure=True).parse(StringIO(text)):
        if isinstance(event, AliasEvent):
            line = event.start_mark.line + 1
            raise BadInput(f"the alias `*{event.anchor}` is not read here", f"{path}:{line}", "write the value itself")


def read_text(path: Path) -> str:
    """UTF-8 text of a file, at most 5 MB, line ends normalised.

    Raises:
        BadInput: missing, a folder, too large, or not UTF-8.
    """
    raw = _bytes_of(path)
    if len(raw) > MAX_BYTES:
        raise BadInput(f"the file has {len(raw):,} bytes; {MAX_BYTES:,} are allowed", str(path), "split it")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadInput("the file is not UTF-8", f"{path}:{line}", "save it as UTF-8") from None


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise BadInput("the file is missing", str(path), "`cxready init DIR` writes a commented draft") from None
    except OSError as error:
        raise BadInput(f"the file cannot be read ({error.strerror})", str(path), "check its permissions") from None


def digest_of(path: Path) -> str:
    """`sha256:…` of a text file, independent of line ends and byte order mark."""
    raw = _bytes_of(path).removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    return "sha256:" + hashlib.sha256(raw).hexdigest()


def _check_format(plain: dict[Any, Any], path: Path, lines: Lines) -> None:
    found = plain.get("format")
    if found == 1:
        return
    place = _place(path, lines, ("format",))
    if isinstance(found, int) and found > 1:
        raise BadInput(
            f"format {found} is newer than this version reads", place, f"install a cxready that reads format {found}"
        )
    raise BadInput("the file does not say `format: 1`", place, "write `format: 1` in its first line")


def _bad_input(error: ValidationError, model: type[BaseModel], path: Path, lines: Lines) -> BadInput:
    found = [_complaint(dict(e), model, path, lines) for e in error.errors()[:5]]
    (first_place, first), rest = found[0], [f"\n{place}: {said}" for place, said in found[1:]]
    more = error.error_count() - len(found)
    return BadInput(
        first + "".join(rest) + (f"\n… and {more} more" if more > 0 else ""),
        first_place,
        "mend the file and run the command again",
    )


def _complaint(error: dict[str, Any], model: type[BaseModel], path: Path, lines: Lines) -> tuple[str, str]:
    keys = tuple(str(k) for k in error["loc"])
    place = _place(path, lines, keys)
    if error["type"] == "extra_forbidden":
        return place, f"`{keys[-1]}` is not known here{_did_you_mean(keys, model)}"
    said = error["msg"].removeprefix("Value error, ")
    name = ".".join(k for k in keys if not k.startswith("function-")) or "the file"
    return place, f"{name}: {said[:1].lower()}{said[1:]}"


def _did_you_mean(keys: tuple[str, ...], model: type[BaseModel]) -> str:
    known = _all_names(model, set()) - {keys[-1]}  # a name that another place of the file knows is no suggestion
    return did_you_mean(keys[-1], sorted(known))


def _all_names(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[str]:
    if model in seen:
        return set()
    seen.add(model)
    names = {info.alias or name for name, info in model.model_fields.items()}
    for info in model.model_fields.values():
        for inner in _models_in(info.annotation):
            names |= _all_names(inner, seen)
    return names


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)


def _place(path: Path, lines: Lines, keys: tuple[str, ...]) -> str:
    """Keys that the file does not hold (a model's own names for a choice) are stepped over, also where a key of that name exists."""
    return f"{path}:{lines.get(_deepest(lines, (), keys), 1)}"


def _deepest(lines: Lines, known: tuple[str, ...], keys: tuple[str, ...]) -> tuple[str, ...]:
    """The longest way through the file that these keys name."""
    if not keys:
        return known
    here, rest = (*known, keys[0]), keys[1:]
    found = [_deepest(lines, here, rest)] if here in lines else []
    if not found or len(found[0]) < len(known) + len(keys):
        found.append(_deepest(lines, known, rest))
    return max(reversed(found), key=len)  # of two equally long ones that which names the later key


def _lines(node: Any, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    if isinstance(node, Mapping):
        positions = getattr(getattr(node, "lc", None), "data", None) or {}
        for key, value in node.items():
            inner = (*keys, str(key))
            if key in positions:
                yield inner, positions[key][0] + 1
            yield from _lines(value, inner)
    elif isinstance(node, list):
        positions = getattr(getattr(node, "lc", None), "data", None) or {}
        for index, value in enumerate(node):
            inner = (*keys, str(index))
            if index in positions:
                yield inner, positions[index][0] + 1
            yield from _lines(value, inner)


def _plain(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {_plain(k): _plain(v) for k, v in node.items()}
    if isinstance(node, list):
        return [_plain(v) for v in node]
    if isinstance(node, bool) or node is None:
        return node
    for kind in (str, int, float):
        if isinstance(node, kind):
            return kind(node)
    return node
