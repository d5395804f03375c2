"""Names that only one article knows, where the others know their kind well: a menu item, a plan, a product.

Nobody calls them gone, so they are hints and no findings: well-kept pages name many a thing once. A hint needs neighbours
that several articles agree on, and a name that stands nowhere else, not even outside a path.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from kb_audit.article import Article, once
from kb_audit.menu_paths import MenuPath, menu_paths, written
from kb_audit.retired import is_about_the_past
from kb_audit.sentences import Sentence, numbered, sentences

OTHERS = 2
_SIBLINGS = 3
_PARENT_IN = 4
_FEW = 0.2
_KINDS = "plan tariff package subscription programme program app portal bundle licence license edition tier membership"
_PRODUCT = re.compile(
    r"(?<![\w-])(?P<name>(?:[A-Z][\w+&-]*|\d+)(?:[ ](?:[A-Z][\w+&-]*|\d+[A-Z]?)){0,3})\s+"
    rf"(?P<kind>{'|'.join(_KINDS.split())})s?\b"
)
_NOT_A_NAME = frozenset(
    re.findall(
        r"\w+",
        "the this that these those a an your our my its each every any some which what when if both all other another new old first "
        "second next current same no one two three and or as in on for with from to by at of choose select open use see under via "
        "download install launch start visit change cancel compare customers customer take",
    )
)

Key = tuple[str, ...]


@dataclass(frozen=True)
class NamedOnce:
    """A name that stands in this article alone; `why` says what the others name in its place."""

    article: Article
    sentence: Sentence
    name: str
    why: str


def named_once(articles: Sequence[Article]) -> list[NamedOnce]:
    """One for each article and name, menus before products."""
    written_by = [a for a in articles if a.form == "article"]
    return [*_menus(written_by), *_products(written_by)]


@dataclass
class _Menus:
    """Every path of the corpus by its steps: who names it, and how it is written there."""

    named: dict[Key, dict[str, tuple[Article, MenuPath]]] = field(default_factory=lambda: defaultdict(dict))
    children: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    parents: dict[str, set[Key]] = field(default_factory=lambda: defaultdict(set))

    def add(self, article: Article, path: MenuPath) -> None:
        key = path.key
        for depth in range(1, len(key) + 1):
            self.named[key[:depth]].setdefault(article.id, (article, path))
            if depth > 1:
                self.children[key[: depth - 1]].add(key[depth - 1])
                self.parents[key[depth - 1]].add(key[: depth - 1])

    def write(self, key: Key) -> str:
        """As the first article that names it writes it."""
        _, path = next(iter(self.named[key].values()))
        return written(path.steps[: len(key)])


def _menus(articles: Sequence[Article]) -> Iterator[NamedOnce]:
    menus = _Menus()
    for article in articles:
        for path in menu_paths(article):
            menus.add(article, path)
    alone = [(key, *next(iter(by.values()))) for key, by in menus.named.items() if len(by) == 1 and len(key) > 1]
    elsewhere = {key: _lies_elsewhere(menus, key, article) for key, article, _ in alone}
    unknown = {key: why for key, other in elsewhere.items() if not other and (why := _unknown_child(menus, key))}
    said = _said_by([key[-1] for key in unknown], articles)
    told: set[tuple[str, Key]] = set()
    for key, article, path in alone:
        why = elsewhere[key] or (unknown[key] if key in unknown and said[key[-1]] <= 1 else "")
        if why and (article.id, key[:-1]) not in told:
            yield NamedOnce(article, path.sentence, menus.write(key), why)
        if why:
            told.add((article.id, key))


def _lies_elsewhere(menus: _Menus, key: Key, article: Article) -> str:
    """Other articles agree on one other way from the same menu to an item of this name, and no third way is known."""
    others = menus.parents[key[-1]] - {key[:-1]}
    if len(others) != 1:
        return ""
    parent = next(iter(others))
    by = menus.named[(*parent, key[-1])]
    if parent[0] != key[0] or _skips(parent, key[:-1]) or article.id in by or len(by) < OTHERS:
        return ""
    return f"{len(by)} other articles say {menus.write((*parent, key[-1]))}"


def _skips(one: Key, other: Key) -> bool:
    """Whether one way only leaves out steps of the other."""
    short, long = sorted((one, other), key=len)
    rest = iter(long)
    return all(step in rest for step in short)


def _unknown_child(menus: _Menus, key: Key) -> str:
    """Its menu is well known with other items, nearly each by several articles; where many are named once, one more is nothing."""
    parent, others = key[:-1], menus.named[key[:-1]]
    items = menus.children[parent]
    known = [item for item in items if len(menus.named[(*parent, item)]) >= OTHERS]
    if len(others) <= _PARENT_IN or not _is_odd(len(items), len(known)):
        return ""
    first = sorted(known, key=lambda item: (-len(menus.named[(*parent, item)]), item))[:3]
    names = ", ".join(menus.write((*parent, item)).rpartition(" > ")[2] for item in first)
    return f"{len(others) - 1} other articles name {menus.write(parent)}, with {names}, and none this"


def _is_odd(names: int, known: int) -> bool:
    """Whether a name of one article stands out among so many, of which so many are known to several."""
    return known >= _SIBLINGS and names - known <= max(1, names * _FEW)


def _products(articles: Sequence[Article]) -> Iterator[NamedOnce]:
    places: dict[tuple[str, str], dict[str, tuple[Article, Sentence, str]]] = defaultdict(dict)
    for article in articles:
        named = once(article, "products", partial(products_in, article))
        for sentence, (_, name, kind) in zip(numbered(article, [n for n, _, _ in named]), named, strict=True):
            places[kind, name.casefold()].setdefault(article.id, (article, sentence, name))
    family: dict[str, Counter[str]] = defaultdict(Counter)
    for (kind, name), by in places.items():
        family[kind][name] = len(by)
    known = {kind: [name for name, by in names.most_common() if by >= OTHERS] for kind, names in family.items()}
    odd = {kind for kind, names in family.items() if _is_odd(len(names), len(known[kind]))}
    alone = [(kind, name) for (kind, name), by in places.items() if len(by) == 1 and kind in odd]
    said = _said_by([name for _, name in alone], articles)
    for kind, name in alone:
        if said[name] <= 1:
            article, sentence, as_written = next(iter(places[kind, name].values()))
            names = ", ".join(next(iter(places[kind, other].values()))[2] for other in known[kind][:3])
            if name not in article.title.casefold() and not is_about_the_past(article):
                yield NamedOnce(article, sentence, f"{as_written} {kind}", f"the others name {names}")


def products_in(article: Article) -> tuple[tuple[int, str, str], ...]:
    """The number of the sentence, the name and the kind of each product that is named."""
    return tuple((n, *named) for n, sentence in enumerate(sentences(article)) for named in _named_in(sentence.text))


def _named_in(text: str) -> Iterator[tuple[str, str]]:
    for match in _PRODUCT.finditer(text):
        words = match["name"].split()
        while words and words[0].casefold() in _NOT_A_NAME:
            words = words[1:]
        if words and not (len(words) == 1 and match.start() == 0):
            yield " ".join(words), match["kind"]


def _said_by(names: Sequence[str], articles: Sequence[Article]) -> Mapping[str, int]:
    """Of each name: how many articles speak of it, in text, headings or title."""
    counts: Counter[str] = Counter()
    wanted = set(names)
    for article in articles if wanted else ():
        text = " ".join(f"{article.title} {article.body}".casefold().replace("*", "").split())
        counts.update(name for name in wanted if name in text)
    return counts
