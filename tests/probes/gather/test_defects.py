"""Each defect on a real server is named as what it is; each oddity that is no defect is not taken for one; nothing
stays.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from probes.api.questions import DERIVERS, GATHERERS, PROBES
from probes.artifact import Artifact, Missing
from probes.bundle import Bundle
from probes.finding import Outcome, State, Subject
from probes.gather.repeat import RepeatTrial
from probes.gather.run import CollectResult, collect
from tests.probes.gather.collecting import KINDS
from tests.probes.gather.odd_shop import Shop, shop

SECRETS = {"SHOP_TOKEN": "token-of-the-agent"}


def _asked(folder: Path, *switches: str, max_requests: int = 100) -> tuple[dict[str, Outcome], Shop, CollectResult]:
    """(question or question.operation → outcome), the server afterwards, and the result."""
    with shop(folder, *switches) as (state, estate):
        result = collect(
            estate, folder=folder, kinds=KINDS, gatherers=GATHERERS, derivers=DERIVERS, secrets=SECRETS,
            max_requests=max_requests,
        )  # fmt: skip
        bundle = Bundle.open(result.bundle_path)
        outcomes: dict[str, Outcome] = {}
        for probe in (made() for made in PROBES if made.dimension != "crm" and made.only_protocol is None):
            items = ["createOrder", "changeOrder"] if probe.each == "write" else [""]
            for item in items:
                subject = Subject(unit="shop", item=item)
                artifacts: list[Artifact | Missing] = []
                for kind in probe.needs:
                    own = bundle.get(kind, subject)
                    artifacts.append(
                        bundle.get(kind, Subject(unit="shop"))
                        if isinstance(own, Missing) and own.cause == "no_input"
                        else own
                    )
                lost = next((a for a in artifacts if isinstance(a, Missing)), None)
                more = {"subject": subject} if probe.asks_subject else {}
                outcomes[f"{probe.question}.{item}".strip(".")] = (
                    probe.missing(lost) if lost else probe.judge(*artifacts, **more)
                )
        return outcomes, state, result


def test_a_well_kept_shop_has_no_defect_and_gets_its_records_back(tmp_path: Path) -> None:
    outcomes, state, result = _asked(tmp_path)
    found = {k: o.title for k, o in outcomes.items() if o.state is State.NOT_MET}
    # the description says nothing about limits, throttling, changes and events: that is what it lacks, nothing else
    silent = {"limits_stated", "throttling_recoverable", "change_notice", "change_events", "contract_tests"}
    assert set(found) == silent, found
    assert not state.own() and state.orders["O-1"]["state"] == "open"
    assert not result.left_behind and result.requests["shop"] <= 100


@pytest.mark.parametrize(
    ("switch", "question", "cause"),
    [
        ("skips", "pagination_complete", "records skipped"),
        ("repeats", "pagination_complete", "records repeated"),
        ("oversized", "pagination_complete", "page size ignored"),
        ("html_errors", "errors_structured", "unreadable errors"),
        ("wall", "session_survives", "bot wall"),
        ("drops", "writes_stick.changeOrder", "dropped"),
        ("lost_updates", "no_lost_updates.changeOrder", "accepted"),
        ("etag_for_good", "no_lost_updates.changeOrder", "same etag"),
        ("strict_on_weak", "no_lost_updates.changeOrder", "weak etag"),
        ("open", "machine_auth", "open"),
    ],
)
def test_a_defect_is_named(tmp_path: Path, switch: str, question: str, cause: str) -> None:
    outcomes, state, _ = _asked(tmp_path, switch)
    assert (outcomes[question].state, outcomes[question].cause) == (State.NOT_MET, cause), outcomes[question].title
    assert outcomes[question].evidence
    assert not state.own() and state.orders["O-1"]["state"] == "open"


@pytest.mark.parametrize(
    ("switch", "question", "says"),
    [
        ("soft", "deletes_stick.createOrder", "soft delete"),
        ("trims", "writes_stick.createOrder", "read back as sent"),
        ("slow_to_settle", "writes_stick.createOrder", "visible after 1 s"),
        ("keyless", "repeat_safe.createOrder", "our reference finds it"),
        ("busy", "pagination_complete", "gives lists whole"),
        ("short_count", "pagination_complete", "gives lists whole"),
        ("links_elsewhere", "pagination_complete", "its links name http://orders.internal:8080"),
        ("weak_etag", "no_lost_updates.changeOrder", "refuses outdated changes"),
        ("etag_by_the_second", "no_lost_updates.changeOrder", "refuses outdated changes"),
    ],
)
def test_an_oddity_is_no_defect(tmp_path: Path, switch: str, question: str, says: str) -> None:
    outcomes, state, result = _asked(tmp_path, switch)
    assert outcomes[question].state is State.MET, outcomes[question].title
    assert says in outcomes[question].title
    assert not state.own() and not result.left_behind


def test_what_could_not_be_removed_for_a_moment_is_removed_at_the_end(tmp_path: Path) -> None:
    _, state, result = _asked(tmp_path, "locked")
    assert max(state.blocked.values()) == 3, "the first removal, the first round at the end, and one more"
    assert not state.own() and not result.left_behind


def test_what_says_that_it_is_deleted_is_gone_whatever_the_removal_answered(tmp_path: Path) -> None:
    _, state, result = _asked(tmp_path, "soft", "removes_with_fault")
    assert not state.own() and not result.left_behind
    assert result.requests["shop"] <= 100


def test_a_write_whose_answer_was_a_gateway_error_is_found_and_taken_back(tmp_path: Path) -> None:
    outcomes, state, result = _asked(tmp_path, "fails_after_storing")
    assert outcomes["writes_stick.createOrder"].state is State.NOT_MEASURED
    assert not state.own() and not result.left_behind
    assert any("createOrder" in said for said in result.reversed)


@pytest.mark.parametrize(
    ("switches", "question"),
    [
        (("repeat_blocked",), "repeat_safe.createOrder"),
        (("keyless", "search_blocked"), "repeat_safe.createOrder"),
        (("undo_blocked",), "deletes_stick.createOrder"),
        (("undo_forbidden",), "deletes_stick.createOrder"),
        (("gateway_down",), "machine_auth"),
        (("gateway_down",), "session_survives"),
        (("gateway_down",), "errors_structured"),
        (("gateway_down",), "pagination_complete"),
        (("gateway_down",), "writes_stick.changeOrder"),
    ],
)
def test_what_stands_in_the_way_is_never_the_shops_fault_nor_its_merit(
    tmp_path: Path, switches: tuple[str, ...], question: str
) -> None:
    outcomes, _, _ = _asked(tmp_path, *switches)
    found = outcomes[question]
    assert found.state is State.NOT_MEASURED, (found.title, found.cause)
    assert found.would_measure.endswith(".")


@pytest.mark.parametrize("switch", ["anonymous_login", "error_blocked"])
def test_a_page_for_people_or_a_proxy_elsewhere_is_not_held_against_the_agents_session(
    tmp_path: Path, switch: str
) -> None:
    outcomes, _, _ = _asked(tmp_path, switch)
    assert outcomes["session_survives"].state is State.MET, outcomes["session_survives"].title
    assert outcomes["machine_auth"].state is State.MET, outcomes["machine_auth"].title
    assert outcomes["errors_structured"].state is not State.NOT_MET or switch == "anonymous_login"


def test_a_record_that_may_not_be_read_after_its_end_is_removed(tmp_path: Path) -> None:
    outcomes, state, result = _asked(tmp_path, "forbidden_when_gone")
    assert outcomes["deletes_stick.createOrder"].state is State.MET, outcomes["deletes_stick.createOrder"].title
    assert not state.own() and not result.left_behind


def test_behind_a_broken_gateway_only_what_is_written_is_judged(tmp_path: Path) -> None:
    outcomes, _, _ = _asked(tmp_path, "gateway_down")
    not_met = {question for question, outcome in outcomes.items() if outcome.state is State.NOT_MET}
    met = {question for question, outcome in outcomes.items() if outcome.state is State.MET}
    assert not_met == {"change_notice", "change_events", "contract_tests"}, "what the description leaves out"
    assert met <= {"described", "description_valid", "operations_tell_apart", "tool_budget"}


def test_with_room_for_it_a_key_is_tried_in_five_pairs_and_the_interval_is_printed(tmp_path: Path) -> None:
    outcomes, state, result = _asked(tmp_path, max_requests=140)
    found = outcomes["repeat_safe.createOrder"]
    assert found.state is State.MET and "5 of 5 pairs, which supports at least 57%" in found.title, found.title
    assert "while the first answer was on its way" in found.title
    assert not state.own() and not result.left_behind and result.requests["shop"] <= 140


def test_a_key_that_only_holds_once_the_first_answer_is_there_is_ignored_where_it_counts(tmp_path: Path) -> None:
    outcomes, state, result = _asked(tmp_path, "racy_keys", max_requests=140)
    found = outcomes["repeat_safe.createOrder"]
    assert (found.state, found.cause) == (State.NOT_MET, "key comes too late"), found.title
    assert not state.own() and not result.left_behind


def test_a_search_that_lags_behind_is_waited_for_and_its_time_goes_into_the_gate(tmp_path: Path) -> None:
    outcomes, _, result = _asked(tmp_path, "keyless", "slow_index")
    found = outcomes["repeat_safe.createOrder"]
    assert found.state is State.MET and "our reference finds it with listOrders after 9 s" in found.title, found.title
    trial = Bundle.open(result.bundle_path).get(RepeatTrial, Subject(unit="shop", item="createOrder"))
    assert isinstance(trial, RepeatTrial) and trial.by == "read_back" and 8.5 < trial.settle_s < 15


def test_the_slowest_read_in_a_hundred_is_measured_where_the_budget_was_raised_for_it(tmp_path: Path) -> None:
    outcomes, _, result = _asked(tmp_path, max_requests=400)
    assert outcomes["tail_latency"].state is State.MET, outcomes["tail_latency"].title
    assert 299 <= result.requests["shop"] <= 400
