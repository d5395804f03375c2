"""Conflicts: the engine beside four baselines on labelled pairs, then on a real handbook with planted conflicts.

    python -m benchmarks.conflicts [--field DIR …] [--plant DIR …] [--planted DIR FILE …] [--pairs FILE …] [--pairs-only]

The baselines answer the same pairs: cosine of the two sentences, TF-IDF (both with the threshold that is best *on the
answers*), near-duplicates (cosine ≥ 0.9), and what semhash calls duplicates on the same vectors, with its own threshold (where it
is installed: cxready[bench]). The handbook is that of the shared corpus (CXREADY_CORPUS); other folders of
articles can be named, for alarms only: every alarm is printed, to be read. `--planted` takes sentences that somebody wrote
(one JSON object a line: id, text), `--pairs` labelled pairs of your own (id, label, a, b).
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.planting import FRAMES, REWORDINGS
from kb_audit.claims import Claim, claims
from kb_audit.conflicts import Pair, find_conflicts
from kb_audit.embedding import encoder
from kb_audit.measure import load_pairs, verdicts
from kb_audit.sources import folder, markdown
from kb_audit.together.reader import pair_reader
from kb_audit.together.reading import read_together
from runtime.metrics import wilson
from runtime.understanding.encode import Encode

CASES = Path(__file__).parents[1] / "tests" / "cases" / "knowledge"
SETS = {
    "development (5 files)": [
        "conflicts",
        "conflicts_fresh",
        "conflicts_hands",
        "conflicts_held_out",
        "conflicts_rounds",
    ],
    "last (unseen when written)": ["conflicts_last"],
    "eight other hands: trained on": ["pairs_trained_on"],
    "two other hands: kept back from training": ["pairs_kept_back"],
    "another hand: looked at": ["pairs_unseen"],
    "two more hands: looked at": ["pairs_two_more_hands"],
    "the last hand: measured once": ["pairs_last_hand"],
}
SEED, GENERATED = 20261123, 40


@click.command()
@click.option("--field", multiple=True, type=click.Path(exists=True, path_type=Path), help="another folder of articles")
@click.option(
    "--plant", multiple=True, type=click.Path(exists=True, path_type=Path), help="the same, with planted conflicts"
)
@click.option(
    "--planted", multiple=True, type=(click.Path(exists=True, path_type=Path), click.Path(exists=True, path_type=Path))
)
@click.option("--pairs", multiple=True, type=click.Path(exists=True, path_type=Path), help="labelled pairs of your own")
@click.option("--pairs-only", is_flag=True, help="leave the handbook out")
def main(
    field: tuple[Path, ...],
    plant: tuple[Path, ...],
    planted: tuple[tuple[Path, Path], ...],
    pairs: tuple[Path, ...],
    pairs_only: bool,
) -> None:
    encode = encoder()
    sets = {name: [CASES / f"{file}.jsonl" for file in files] for name, files in SETS.items()}
    for name, files in ({file.name: [file] for file in pairs} or sets).items():
        labelled = [pair for file in files for pair in load_pairs(file)]
        print(f"\n{name}: {len(labelled)} pairs, {sum(_real(labelled))} conflicts\n")
        print("| method | precision (95 %) | recall (95 %) |\n|---|---|---|")
        for method, flagged in _methods(labelled, encode):
            print(f"| {method} | {_precision(labelled, flagged)} | {_recall(labelled, flagged)} |")
    handbook = Path(os.environ.get("CXREADY_CORPUS", "")) / "knowledge" / "18f-handbook" / "pages"
    if not pairs_only and handbook.is_dir():
        _field(handbook, encode, planted=lambda own: {"by hand": _by_hand(), "by the generator": list(_generated(own))})
    for other in field:
        _field(other, encode)
    for other in plant:
        _field(other, encode, planted=lambda own: {"by the generator": list(_generated(own))})
    for other, file in planted:
        _field(other, encode, planted=lambda own, file=file: {f"of {file.name}": _written(file)})  # type: ignore[misc]


def _real(pairs: Sequence[dict[str, Any]]) -> list[bool]:
    return [pair["label"] == "conflict" for pair in pairs]


def _methods(pairs: Sequence[dict[str, Any]], encode: Encode) -> Iterator[tuple[str, list[bool]]]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    yield "cxready", [verdict == "conflict" for verdict in verdicts(pairs, encode, pair_reader())]
    yield "cxready, rules alone", [verdict == "conflict" for verdict in verdicts(pairs, encode)]
    left, right = encode([p["a"] for p in pairs]), encode([p["b"] for p in pairs])
    cosines = (left * right).sum(axis=1)
    yield _best("cosine alone", pairs, cosines)
    yield "near-duplicates (cosine ≥ 0.9)", [bool(each >= 0.9) for each in cosines]
    if find_spec("semhash"):
        yield "near-duplicates by semhash, its default threshold", list(_semhash(pairs, encode))
    rows = TfidfVectorizer(ngram_range=(1, 2)).fit_transform([t for p in pairs for t in (p["a"], p["b"])])
    yield _best("TF-IDF", pairs, np.asarray(rows[0::2].multiply(rows[1::2]).sum(axis=1)).ravel())


def _semhash(pairs: Sequence[dict[str, Any]], encode: Encode) -> Iterator[bool]:
    """Whether semhash drops the second sentence as a duplicate of the first; its default model would have to be downloaded."""
    from semhash import SemHash

    class Ours:
        def encode(self, inputs: Any, **_: Any) -> np.ndarray:
            return encode(list(inputs))

    for pair in pairs:
        yield bool(SemHash.from_records([pair["a"]], model=Ours()).deduplicate([pair["b"]]).filtered)


def _best(name: str, pairs: Sequence[dict[str, Any]], scores: np.ndarray) -> tuple[str, list[bool]]:
    """The threshold with the best F1 on the answers themselves: more than a baseline could know."""
    real = np.array(_real(pairs))

    def f1(threshold: float) -> float:
        hits = float((real & (scores >= threshold)).sum())
        return 2 * hits / (real.sum() + (scores >= threshold).sum() or 1)

    threshold = max(sorted(set(np.round(scores, 3))), key=f1)
    return f"{name}, best threshold {threshold:.2f}", [bool(each >= threshold) for each in scores]


def _precision(pairs: Sequence[dict[str, Any]], flagged: Sequence[bool]) -> str:
    return _share(sum(r and f for r, f in zip(_real(pairs), flagged, strict=True)), sum(flagged))


def _recall(pairs: Sequence[dict[str, Any]], flagged: Sequence[bool]) -> str:
    return _share(sum(r and f for r, f in zip(_real(pairs), flagged, strict=True)), sum(_real(pairs)))


def _share(part: int, whole: int) -> str:
    share = wilson(part, whole)
    return f"{share.value:.3f} ({share.low:.2f}–{share.high:.2f}), {part} of {whole}" if whole else "–"


@dataclass(frozen=True)
class _Planted:
    id: str
    text: str


def _field(
    where: Path, encode: Encode, planted: Callable[[Sequence[Claim]], dict[str, list[_Planted]]] | None = None
) -> None:
    articles = folder.read(where).articles
    own = [claim for article in articles for claim in claims(article)]
    sections = sum(len(article.sections) for article in articles)
    sets = planted(own) if planted else {}
    everything, owner = list(own), {}
    for each in (one for rows in sets.values() for one in rows):
        for claim in claims(markdown.parse(f"planted/{each.id}.md", f"# Answers\n\n## Note\n\n{each.text}\n")):
            owner[len(everything)] = each.id
            everything.append(claim)
    compared = find_conflicts(everything, encode)
    if reader := pair_reader():
        compared = read_together(reader, everything, compared, encode)
    found = [p for p in compared.pairs if p.judgement.verdict == "conflict" and not (p.a in owner and p.b in owner)]
    alarms = [p for p in found if p.a not in owner and p.b not in owner]
    print(f"\n{where.name}: {len(articles)} articles, {sections:,} sections, {len(own):,} claims")
    print(f"alarms {len(alarms)}, {1000 * len(alarms) / max(1, sections):.2f} per 1,000 sections")
    for pair in alarms:
        _print(pair, everything)
    hit = {owner[n] for p in found for n in (p.a, p.b) if n in owner}
    for name, rows in sets.items():
        print(f"planted {name}: found {_share(sum(one.id in hit for one in rows), len(rows))}")


def _print(pair: Pair, stated: Sequence[Claim]) -> None:
    print(f"  {pair.judgement.why} (cosine {pair.similarity:.2f})")
    for claim in (stated[pair.a], stated[pair.b]):
        print(f"    {claim.article} › {claim.path[-1]}: {claim.text}")


def _by_hand() -> list[_Planted]:
    return _written(CASES / "planted_18f.jsonl")


def _written(file: Path) -> list[_Planted]:
    rows = file.read_text(encoding="utf-8").splitlines()
    return [_Planted(row["id"], row["text"]) for row in map(json.loads, rows)]


def _generated(own: Sequence[Claim]) -> Iterator[_Planted]:
    """Sentences of the handbook with one value, the value changed, reworded by templates; the seed fixes which."""
    chance = random.Random(SEED)
    kinds = ("duration", "amount", "percentage", "frequency")
    fit = [c for c in own if len(c.values) == 1 and c.values[0][1].kind in kinds and not c.in_row and _whole(c.text)]
    fit = [c for c in fit if re.search(r"\d", _said(c)) and c.values[0][0] == "outcome"]
    for number, claim in enumerate(chance.sample(fit, min(GENERATED, len(fit)))):
        changed = re.sub(
            r"\d+(?:,\d{3})*", lambda m: f"{int(m[0].replace(',', '')) * chance.choice((2, 3)) + 1}", _said(claim)
        )
        value = claim.values[0][1]
        text = claim.text[: value.start] + changed + claim.text[value.end :]
        for pattern, put in REWORDINGS:
            text = re.sub(pattern, put, text)
        frame = chance.choice(FRAMES)
        yield _Planted(
            f"generated-{number}", frame.format(text if frame.startswith("{") else text[0].lower() + text[1:])
        )


def _said(claim: Claim) -> str:
    value = claim.values[0][1]
    return claim.text[value.start : value.end]


def _whole(text: str) -> bool:
    return 7 <= len(text.split()) <= 30 and text[0].isupper() and text.endswith(".")


if __name__ == "__main__":
    main()
