"""Eight processes pay out of the same budgets at once while some of them are killed; prints what the payees got, as JSON.

    python -m tests.runtime.guardrails.budget_race PLACE REQUESTS SEED [KILLS]

PLACE is a ledger's file or a postgresql:// address. Each worker decides through a decision point of its own, in two
threads; what it was allowed to pay it writes to a file of its own (the payee's memory, which no ledger is needed to
read), unless the system refuses it (one in seven). A killed worker's successor repeats the last calls under their keys.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import mkdtemp

from runtime.guardrails.budgets import BudgetLedger
from runtime.guardrails.decide import DecisionPoint, Request
from tests.runtime.guardrails.conftest import FACTS, GUARDRAILS, READ, build

PROCESSES, THREADS = 8, 2
LARGEST, CUSTOMER_CAP = (
    60,
    600,
)  # minor units; an equal amount for the same customer is asked about, so amounts must differ
PATIENCE_S = 900


def scale(requests: int) -> tuple[int, int]:
    """Customers and the day's cap, such that both kinds of caps are met halfway and then fought over cent by cent."""
    customers = max(8, requests // 40)
    return customers, customers * CUSTOMER_CAP * 3 // 4


def main(place: str, requests: int, seed: int, kills: int) -> None:
    folder, draw = Path(mkdtemp(prefix="cxready-race-")), random.Random(seed)
    customers, day_cap = scale(requests)
    share = -(-requests // PROCESSES)
    running = {_start(folder, place, n, share, seed, customers, day_cap): n for n in range(PROCESSES)}
    begun, killed = time.monotonic(), 0
    while running:
        for pid in list(running):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                n = running.pop(pid)
                if os.WIFSIGNALED(status):
                    running[_start(folder, place, n, share, seed, customers, day_cap)] = n
                else:
                    assert os.waitstatus_to_exitcode(status) == 0, "a worker failed"
        if (
            killed < kills
            and running
            and draw.random() < 0.2
            and _asked(folder) > (killed + 1) * requests // (kills + 2)
        ):
            os.kill(draw.choice(list(running)), signal.SIGKILL)
            killed += 1
        assert time.monotonic() - begun < PATIENCE_S, "the race does not end"
        time.sleep(0.01)
    print(json.dumps({**_paid(folder), "killed": killed, "seconds": round(time.monotonic() - begun, 1)}))


def _start(folder: Path, place: str, n: int, share: int, seed: int, customers: int, day_cap: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _work(folder, place, n, share, seed, customers, day_cap)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _work(folder: Path, place: str, n: int, share: int, seed: int, customers: int, day_cap: int) -> None:
    if "://" in place:
        ledger = BudgetLedger.create(place)
    else:
        ledger = BudgetLedger(Path(place))
    limits = {"each": "50.00", "customer_per_30_days": _euro(CUSTOMER_CAP), "all_per_day": _euro(day_cap)}
    actions = {**GUARDRAILS["actions"], "issue_credit": {**GUARDRAILS["actions"]["issue_credit"], "limits": limits}}  # type: ignore[dict-item]
    point = DecisionPoint(build(folder, {**GUARDRAILS, "actions": actions}), ledger=ledger, facts=FACTS)  # type: ignore[arg-type]
    with ThreadPoolExecutor(THREADS) as pool:
        running = [
            pool.submit(_calls, point, folder / f"w{n}t{t}", f"{n}.{t}", share // THREADS, seed, customers)
            for t in range(THREADS)
        ]
        for one in running:
            one.result()


def _calls(point: DecisionPoint, file: Path, name: str, count: int, seed: int, customers: int) -> None:
    done = sum(line.startswith("asked ") for line in file.read_text().splitlines()) if file.exists() else 0
    with file.open("a", buffering=1) as memory:
        for number in range(max(0, done - 2), count):  # the last calls before the kill once more
            draw = random.Random(f"{seed} {name} {number}")
            minor, account, key = (
                draw.randrange(1, LARGEST),
                f"A-{min(draw.randrange(customers), draw.randrange(customers))}",
                f"{name}-{number}",
            )
            refused, lost = draw.random() < 1 / 7, draw.random() < 1 / 10
            arguments = {"account_id": account, "amount": _euro(minor), "currency": "EUR"}
            request = Request("billing-dispute", "billing.createCredit", arguments, account, READ, key=key, case=key)
            memory.write(f"asked {key}\n")
            decision = point.decide(request)
            assert decision.rule != "ledger" and decision.rule != "fault", decision.reason
            if decision.decision != "act":
                continue
            if refused and decision.reservation and decision.reservation.fresh:
                point.release(decision.reservation)
                continue
            memory.write(f"paid {key} {account} {minor}\n")
            (point.unknown if lost else point.commit)(decision.reservation)


def _euro(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def _asked(folder: Path) -> int:
    with contextlib.suppress(OSError):
        return sum(path.read_text().count("asked ") for path in folder.iterdir())
    return 0


def _paid(folder: Path) -> dict[str, object]:
    """What the payees got; a call that was repeated under its key is one payment."""
    lines = {line for path in sorted(folder.iterdir()) for line in path.read_text().splitlines()}
    paid = [line.split()[1:] for line in sorted(lines) if line.startswith("paid ") and len(line.split()) == 4]
    by_customer: dict[str, int] = {}
    for _, account, minor in paid:
        by_customer[account] = by_customer.get(account, 0) + int(minor)
    return {
        "asked": sum(line.startswith("asked ") for line in lines),
        "payments": len(paid),
        "keys": len({key for key, *_ in paid}),
        "by_customer": by_customer,
    }


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 4)
