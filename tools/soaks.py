"""What `make soak` runs: each mechanism with its test, how many are wanted, and what one of them is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Soak:
    """One mechanism: its test, how many are wanted in all, how many a batch, and what one of them is."""

    name: str
    test: str
    wanted: int
    batch: int
    unit: str
    claim: str


SOAKS = (
    Soak(
        "collect-kills",
        "tests/test_collect_kills.py::test_runs_killed_at_random_moments_are_finished_by_the_next_one",
        100,
        10,
        "collections killed once or twice with SIGKILL at random moments",
        "the next run's bundle is whole, nothing of ours is live on the systems",
    ),
    Soak(
        "proxy-meddling",
        "tests/probes/gather/test_behind_proxy.py::test_a_proxy_that_meddles_at_random_is_never_held_against_a_system",
        40,
        4,
        "collections behind an intercepting proxy that answers at random in the systems' place",
        "no probe holds it against a system, whatever stays live is named",
    ),
    Soak(
        "full-disk",
        "tests/probes/gather/test_full_disk.py::test_a_disk_that_fills_up_stops_the_run_and_the_next_one_tidies_up",
        40,
        10,
        "collections on a disk that is full at a random moment",
        "a clear stop, every request written down, the next run tidies up",
    ),
    Soak(
        "kills-at-every-step",
        "tests/runtime/test_exactly_once_under_kills.py::test_kills_at_every_boundary_never_double_or_lose_a_credit",
        50,
        10,
        "SIGKILLs before, after and inside the steps and writes of pilot cases, as many on SQLite as on PostgreSQL, and each against a system"
        " that knows keys and one that ignores them (four times the count)",
        "every case completes: one credit, one note, one message, never two, never none",
    ),
    Soak(
        "agent-kills",
        "tests/runtime/agent/test_agent_under_kills.py::test_kills_anywhere_in_an_agent_step_never_double_lose_or_exceed_a_write",
        25,
        5,
        "SIGKILLs around a model's answers, the calls that it proposes and their writes, by a model that answers the same or otherwise when it is"
        " asked again, on SQLite and PostgreSQL, systems with and without keys (eight times the count)",
        "at most the credit that is due, the refund above the limit never, one ticket that says what was done",
    ),
    Soak(
        "budget-races",
        "tests/runtime/guardrails/test_budgets.py::test_processes_and_a_kill_leave_true_totals",
        200,
        50,
        "races of processes for one budget, one of them killed",
        "the total is true and within the limit",
    ),
    Soak(
        "parallel-budgets",
        "tests/runtime/guardrails/test_budget_races.py",
        10_000,
        10_000,
        "parallel requests from 8 processes against SQLite and PostgreSQL each, 40 processes killed with SIGKILL meanwhile",
        "what the payees got is within every limit, to the cent, and all of it counts",
    ),
    Soak(
        "z3-and-cedar",
        "tests/probes/guardrails/test_proof.py::test_encoding_and_cedar_agree_on_random_requests",
        100_000,
        20_000,
        "random requests decided by Cedar and by its encoding for Z3",
        "both decide the same",
    ),
    Soak(
        "evidence-removals",
        "tests/assess/test_removals.py::test_random_removals_never_confirm_more_nor_leave_less_possible",
        10_000,
        2_500,
        "random removals of artifacts and answers from a real bundle, each judged again",
        "no level or gate is confirmed higher, none is possible less",
    ),
    Soak(
        "gate-counterfactuals",
        "tests/assess/test_counterfactuals.py::test_every_list_leads_where_it_says_and_every_entry_is_needed",
        300,
        100,
        "gates of a real estate with evidence taken out at random",
        "each list leads to the autonomy that it names, and no entry can be left out",
    ),
    Soak(
        "timeline-hits",
        "tests/assess/test_timeline_hits.py::test_p80_is_kept_in_80_of_100_works_with_a_common_cause",
        2_000,
        1_000,
        "made-up works with a common cause, each gone through 60 times",
        "P80 was kept in 80 of 100, within 3",
    ),
    Soak(
        "handoff-faults",
        "tests/runtime/escalation/test_delivery_faults.py::test_whatever_fails_each_handoff_is_there_exactly_once",
        300,
        100,
        "handoffs to a ticket system without idempotency, one or two of twelve kinds of fault in each one's way",
        "each is there exactly once; late duplicates are closed",
    ),
    Soak(
        "handoff-deputy",
        "tests/runtime/escalation/test_delivery_faults.py::test_when_the_desk_stays_away_the_deputy_has_all_of_them_in_time",
        100,
        25,
        "handoffs to a ticket system that stays away",
        "the deputy has each within the route's time",
    ),
    Soak(
        "handoff-races",
        "tests/runtime/escalation/test_delivery_faults.py::test_eight_processes_that_race_make_one_ticket_each",
        300,
        100,
        "handoffs that eight processes race for",
        "one ticket each",
    ),
    Soak(
        "wrong-decisions",
        "tests/runtime/console/test_decisions.py",
        200,
        200,
        "wrong or forged decisions of 35 kinds, by link, reply, ticket field and console",
        "none acts; the right one acts once",
    ),
    Soak(
        "injected-defects",
        "tests/examples/test_injected_defects.py::test_injected_defects_are_named_and_the_sound_system_is_not_blamed",
        12,
        12,
        "kinds of defects injected by a proxy in front of the real Request Tracker (a quiet machine is needed)",
        "at least 11 are named with their cause, nothing else is blamed, at most 100 requests, nothing stays",
    ),
    Soak(
        "ticket-system-kills",
        "tests/examples/test_injected_defects.py::test_collections_killed_at_random_in_front_of_the_real_system_leave_nothing",
        20,
        5,
        "collections of the real Request Tracker killed with SIGKILL at random moments",
        "the next one ends with no record left there, the standing ticket as it was, one budget for both",
    ),
    Soak(
        "second-ticket-system",
        "tests/examples/test_django_helpdesk.py",
        8,
        8,
        "collections of the real django-helpdesk, seven of them with a defect injected",
        "what it lacks is named, the defect too, and nothing else",
    ),
    Soak(
        "kinto",
        "tests/examples/test_kinto.py",
        10,
        5,
        "collections of the real Kinto killed at random moments; in each batch twelve more with a defect injected, one without",
        "what it lacks is named, the defect too, and nothing else; no record stays",
    ),
    Soak(
        "redmine",
        "tests/examples/test_redmine.py",
        10,
        5,
        "collections of the real Redmine killed at random moments; in each batch eleven more with a defect injected, one without",
        "what it lacks is named, the defect too, and nothing else; no record stays",
    ),
)
