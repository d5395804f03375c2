"""Over-limit calls to the real enforcing proxy in front of staging: they must not get any further."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from probes.gather.attack_targets import Target, over_limit, words_of
from probes.gather.leftovers import close_open
from probes.gather.session import Session
from probes.gather.undo import take_back
from probes.guardrails.evidence import Attempt
from runtime.guardrails.cedar import workflows_of

if TYPE_CHECKING:
    import requests

PATIENCE_S = 30
NO = ("refuse", "escalate", "approve")  # what a decision says when the call goes no further


def through_proxy(session: Session, targets: list[Target]) -> Iterator[Attempt]:
    """One attempt for each REST write; the proxy runs in a folder of its own while they are made."""
    from probes.derive.trial_calls import confirmed_facts
    from runtime.guardrails.proxy import serve

    with TemporaryDirectory(prefix="cxready-") as place:
        estate = session.estate
        proxy = serve(
            estate,
            folder=Path(place),
            secrets=session.secrets,
            facts=confirmed_facts(estate),
            trace=session.trace,
            run=session.run,
        )
        try:
            for target in targets:
                if estate.systems[target.system].protocol == "rest":
                    yield _proxied(session, target, proxy)
        finally:
            proxy.close()


def _proxied(session: Session, target: Target, proxy: Any) -> Attempt:
    import requests

    from runtime.guardrails.case_context import CaseContext

    arguments = over_limit(session, target)
    says = words_of(session.estate, target, arguments)
    customer = session.estate.systems[target.system].writes.test_customer
    allowed = workflows_of(session.estate, session.estate.guardrails.actions[target.action], target.full_name)
    workflow = allowed[0] if allowed and target.effect.money_out else "a-workflow-that-may-not"
    context = CaseContext(workflow=workflow, case=session.reference(), customer=customer, read={})
    in_path = [p.name for p in target.operation.parameters if p.where == "path"]
    path = target.operation.path
    for name in in_path:
        path = path.replace(f"{{{name}}}", str(arguments.get(name)))
    body = {k: v for k, v in arguments.items() if k not in in_path}
    entry = session.ledger.intend(
        target.system,
        target.name,
        arguments,
        undo=target.effect.undo,
        undo_arguments={},
        run=session.run,
        tracked=False,  # the proxy's thread would send it
    )
    try:
        with requests.Session() as caller:
            caller.trust_env = False
            answer = caller.request(
                target.operation.method,
                f"{proxy.url}/{target.system}{path}",
                json=body or None,
                headers=proxy.headers(context),
                timeout=PATIENCE_S,
            )
    except requests.RequestException as error:
        close_open(session, target.system, target.name)
        reason = f"the enforcing proxy gave no answer: {type(error).__name__}"
        return Attempt(operation=target.full_name, way="proxy", says=says, refused=False, reason=reason)
    told = _told(answer)
    undone = ""
    if answer.ok:
        session.ledger.created(entry, told)
        undone = take_back(session, entry, target.system, target.name, target.effect, arguments, told).says
    else:
        session.ledger.nothing(entry)
    return Attempt(
        operation=target.full_name,
        way="proxy",
        says=says,
        refused=not answer.ok and answer.headers.get("X-Cxready-Decision") in NO,
        status=answer.status_code,
        reason=str(told.get("reason", "")),
        undone=undone,
    )


def _told(answer: requests.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
