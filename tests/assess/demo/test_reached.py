"""The estate through cxready's own connectors: every system with every holder, as the folder describes them."""

from __future__ import annotations

import pytest

from assess.demo.folder import write_folder
from assess.engagement import load_folder
from runtime.systems.connect import connect
from runtime.systems.exchange import Seen, Why
from runtime.systems.request_budget import RequestBudget
from runtime.systems.trace import Trace

READS = [
    ("crm", "getContract", {"account_id": "A-10234"}),
    ("billing", "listInvoices", {"account_id": "A-10234"}),
    ("usage", "UsagePort.getUsage", {"account": "A-10234"}),
    ("ticketing", "findTickets", {}),
    ("mail", "findMessages", {}),
    ("identity", "whoAmI", {}),
]


@pytest.fixture
def reach(estate, tmp_path):
    write_folder(tmp_path, estate)
    described = load_folder(tmp_path).estate

    def connected(system, holder):
        return connect(
            system,
            described.systems[system],
            holder=holder,
            network=described.network,
            folder=tmp_path,
            budget=RequestBudget(100, system=system),
            trace=Trace(None),
            secrets=estate.environment(),
        )

    return connected


@pytest.mark.parametrize("holder", ["audit", "agent", "enforcer"])
@pytest.mark.parametrize(("system", "operation", "arguments"), READS)
def test_every_holder_reads_every_system(reach, system, operation, arguments, holder):
    assert reach(system, holder).call(operation, arguments, why=Why("test")).seen is Seen.OK


def test_the_soap_answers_feed_the_rule(reach):
    from assess.demo.rules import prorated_credit

    usage = reach("usage", "agent").call("UsagePort.getUsage", {"account": "A-10234"}, why=Why("test")).body
    window = {"from": usage["from"], "to": usage["to"]}
    logging = reach("usage", "agent").call("UsagePort.getLoggingStatus", window, why=Why("test")).body
    contract = reach("crm", "agent").call("getContract", {"account_id": "A-10234"}, why=Why("test")).body
    assert prorated_credit(usage, logging, contract, "CH-10234-2")["amount"] == "12.40"


def test_an_unknown_account_is_a_clear_no(reach):
    answer = reach("usage", "agent").call("UsagePort.getUsage", {"account": "A-1"}, why=Why("test"))
    assert answer.seen is Seen.REFUSED


def test_the_agent_is_refused_a_write(reach):
    body = {"account_id": "A-90017", "amount": "1.00", "currency": "EUR"}
    answer = reach("billing", "agent").call("createCredit", body, why=Why("test"))
    assert (answer.status, answer.seen) == (403, Seen.REFUSED)
