"""A customer whose patience is going: no troubleshooting any more, an apology, and a gesture only within the guardrails."""

from __future__ import annotations

import pytest

from assess.demo.estate import RunningEstate
from assess.engagement import Folder, load_folder
from assess.piloting import run_cases
from runtime.goals import AskStep
from runtime.understanding.encode import Encode
from tests.runtime.piloted import case, write_gate

ANGRY = "This is ridiculous, my bill is wrong: there is a flat data charge."
CALM = "My bill is wrong: there is a flat data charge."
ASKS = "- {ask: 'Have you restarted the phone?', troubleshooting: true}"
GESTURE = """- when: mood.frustrated
      is: true
      do:
        - call: billing.createCredit
          with: {account_id: account_id, charge_id: CH-10234-2, amount: "%s", currency: EUR, reason: goodwill}
          gives: {gesture: /id}
          same_effect: [account_id]
      otherwise: stop"""


def first_step(folder: Folder, step: str) -> Folder:
    path = folder.path / "goals.yaml"
    head, steps, rest = path.read_text(encoding="utf-8").partition("  steps:\n")
    path.write_text(f"{head}{steps}    {step}\n{rest}", encoding="utf-8")
    write_gate(folder.path)
    return load_folder(folder.path)


def test_a_frustrated_customer_is_not_sent_through_troubleshooting(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    told = [case("calm", "A-10877", CALM), case("angry", "A-10234", ANGRY)]
    asking = first_step(folder, ASKS)
    calm, angry = run_cases(asking, told, secrets=estate.environment(), encode=encode)
    assert calm.outcome == "asked" and "restarted" in calm.reply and "sorry" not in calm.reply
    assert angry.outcome == "resolved"
    assert "cost you patience, and I am sorry" in angry.reply and "speak with a colleague" in angry.reply
    assert angry.reply.startswith("You are talking to Northwind's automated assistant.")


def test_angry_words_cannot_make_a_gesture_larger_than_the_limit(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    generous = first_step(folder, GESTURE % "60.00")
    [result] = run_cases(generous, [case("angry", "A-10234", ANGRY)], secrets=estate.environment(), encode=encode)
    assert result.outcome == "handed_off", result
    assert estate.records["credits"] == []


def test_a_troubleshooting_question_gives_nothing() -> None:
    with pytest.raises(ValueError, match="take away `gives`"):
        AskStep(ask="Restarted?", gives=["restarted"], troubleshooting=True)
