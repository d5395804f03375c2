"""Bundles of one engagement put together: what any of them measured is there, the newest word counts, digests are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.artifact import Missing
from probes.bundle import Bundle, write_bundle
from probes.bundle_merge import merge
from probes.finding import Subject
from probes.gather.limits import Latency
from probes.manifest import Manifest
from runtime.errors import Conflict

AT = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
SYSTEMS = ("billing", "crm", "mail")


def _bundle(place: Path, days: int, measured: dict[str, float], lost: tuple[str, ...] = (), **more: object) -> Bundle:
    artifacts = [Latency(subject=Subject(unit=unit), samples=60, p95=p95) for unit, p95 in measured.items()]
    manifest = Manifest(
        as_of=AT + timedelta(days=days),
        run=f"r{days}",
        organisation="Northwind",
        systems=[*measured, *(unit for unit in lost if unit != "*")],
        requests=dict.fromkeys(measured, 7),
        missing=[Missing(wanted="latency", subject=Subject(unit=unit), cause="unreachable") for unit in lost],
        **more,  # type: ignore[arg-type]
    )
    return Bundle.open(write_bundle(place / f"b{days}", manifest, artifacts, {"goals.yaml": b"format: 1\n"}))


def _value(bundle: Bundle, unit: str) -> float | None:
    found = bundle.get(Latency, Subject(unit=unit))
    return None if isinstance(found, Missing) else found.p95


def test_the_newest_measurement_speaks_and_an_older_one_fills_the_gaps(tmp_path: Path) -> None:
    old = _bundle(tmp_path, 0, {"billing": 10, "crm": 20}, ("mail",))
    new = _bundle(tmp_path, 1, {"billing": 11, "mail": 30}, ("crm",))
    merged = Bundle.open(merge([old, new], tmp_path / "m"))
    assert [_value(merged, unit) for unit in SYSTEMS] == [11, 20, 30]
    assert merged.missing == [] and merged.as_of == new.as_of
    assert [s.digest for s in merged.manifest.merged] == [old.digest, new.digest]
    assert merged.manifest.requests == {"billing": 14, "crm": 7, "mail": 7}


def test_what_was_lost_as_a_whole_is_lost_no_more_when_a_newer_one_measured_a_part(tmp_path: Path) -> None:
    old, new = _bundle(tmp_path, 0, {}, ("*",)), _bundle(tmp_path, 1, {"crm": 1})
    assert Bundle.open(merge([new, old], tmp_path / "m")).missing == []
    again = Bundle.open(merge([_bundle(tmp_path, 2, {"crm": 1}), _bundle(tmp_path, 3, {}, ("*",))], tmp_path / "n"))
    assert [m.subject.unit for m in again.missing] == ["*"] and _value(again, "crm") == 1


def test_merging_again_keeps_every_source(tmp_path: Path) -> None:
    one, two, three = (_bundle(tmp_path, n, {SYSTEMS[n]: n}) for n in range(3))
    first = Bundle.open(merge([one, two], tmp_path / "m"))
    both = Bundle.open(merge([first, three], tmp_path / "n"))
    assert {s.digest for s in both.manifest.merged} == {one.digest, two.digest, three.digest}


def test_other_files_are_refused_by_name(tmp_path: Path) -> None:
    one = _bundle(tmp_path, 0, {"crm": 1})
    manifest = one.manifest.model_copy(update={"as_of": AT + timedelta(days=1)})
    other = Bundle.open(write_bundle(tmp_path / "x", manifest, [], {"goals.yaml": b"format: 1\n# later\n"}))
    with pytest.raises(Conflict, match=r"goals\.yaml"):
        merge([one, other], tmp_path / "m")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(SYSTEMS), st.one_of(st.none(), st.floats(1, 99)), min_size=1),
        min_size=2,
        max_size=4,
    ),
    st.randoms(use_true_random=False),
)
def test_nothing_measured_is_lost_in_whatever_order(
    tmp_path_factory: pytest.TempPathFactory, halves: list[dict[str, float | None]], shuffled: object
) -> None:
    place = tmp_path_factory.mktemp("merge")
    bundles = [
        _bundle(
            place, n, {u: v for u, v in half.items() if v is not None}, tuple(u for u, v in half.items() if v is None)
        )
        for n, half in enumerate(halves)
    ]
    order = list(bundles)
    shuffled.shuffle(order)  # type: ignore[attr-defined]
    merged = Bundle.open(merge(order, place / "m"))
    for unit in SYSTEMS:
        newest = [v for b in bundles if (v := _value(b, unit)) is not None]
        assert _value(merged, unit) == (newest[-1] if newest else None)
    named = {u for half in halves for u in half}
    assert {m.subject.unit for m in merged.missing} == {u for u in named if _value(merged, u) is None}
    assert merged.digest == Bundle.open(merge(bundles, place / "again")).digest
