"""What an agent meets: operations of one meaning are found by the real model, neighbours are not; tokens are counted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kb_audit.embedding import encoder
from probes.derive.agent_fitness import ALIKE, alike, undocumented
from probes.gather.tokens import tokens_of
from runtime.errors import BadInput
from runtime.systems.openapi import surface_of_openapi
from runtime.systems.surface import Operation, Parameter, Surface

CORPUS = Path(os.environ.get("CXREADY_CORPUS", Path(__file__).parents[3].parent / "shared" / "corpus")) / "openapi"


def operation(name: str, words: str, *takes: str, method: str = "POST", documented: bool = True) -> Operation:
    parameters = tuple(Parameter(t, "query", documented=documented) for t in takes)
    return Operation(name, method, f"/{name}", description=words, reads=method == "GET", parameters=parameters)


def surface(*operations: Operation) -> Surface:
    return Surface("billing", "openapi 3.1", "sha256:0", {op.id: op for op in operations})


CANCEL = operation(
    "cancelPayment", "Cancels the authorisation of a payment that was not captured.", "payment_id", "reason"
)
VOID = operation(
    "cancelPayments", "Cancel the authorisation of a payment that is not captured yet.", "payment_id", "reason"
)
REFUND = operation("refundPayment", "Pays back a captured payment to where it came from.", "payment_id", "reason")
CAPTURE = operation("capturePayment", "Captures an authorised payment in full or in part.", "payment_id", "reason")


@pytest.fixture(scope="module")
def encode() -> Any:
    return encoder()


def test_two_operations_of_one_meaning_are_found_and_their_neighbours_are_not(encode: Any) -> None:
    found = alike(surface(CANCEL, VOID, REFUND, CAPTURE), ["cancelPayment", "refundPayment"], encode)
    assert found is not None
    assert [(pair.one, pair.other) for pair in found] == [("cancelPayment", "cancelPayments")]
    assert found[0].cosine >= ALIKE and found[0].shared == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("getCustomer", "Returns a customer."), ("fetchClient", "Returns one client.")),
        (("createInvoice", "Makes an invoice."), ("addBill", "Makes a bill.")),
    ],
)
def test_another_word_for_the_same_deed_leaves_nothing_to_choose_by(
    one: tuple[str, str], other: tuple[str, str], encode: Any
) -> None:
    found = alike(surface(operation(*one, "account"), operation(*other, "account")), [one[0]], encode)
    assert found is not None and len(found) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            ("createInboundReport", "Creates a report on phone numbers."),
            ("createOutboundReport", "Creates a report on phone numbers."),
        ),
        (("getMerchantUsers", "Returns users."), ("getCompanyUsers", "Returns users.")),
        (("authorise", "Authorises a payment."), ("authorise3d", "Authorises a payment.")),
        (("cancelOrder", "Ends an order before it leaves."), ("cancelOrders", "Prints labels for the returns desk.")),
    ],
)
def test_a_noun_of_difference_or_a_text_of_its_own_tells_two_apart(
    one: tuple[str, str], other: tuple[str, str], encode: Any
) -> None:
    assert alike(surface(operation(*one, "account"), operation(*other, "account")), [one[0]], encode) == ()


def test_a_list_and_one_record_of_it_are_two_things(encode: Any) -> None:
    many = Operation("getOrders", "GET", "/orders", description="Returns orders.")
    one = Operation("getOrder", "GET", "/orders/{id}", description="Returns an order.")
    assert alike(surface(many, one), ["getOrders"], encode) == ()


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real descriptions is not here (CXREADY_CORPUS)")
@pytest.mark.parametrize(
    "name", ["adyen/ManagementService-v3.yaml", "intercom/2.13.yaml", "twilio/twilio_insights_v2.json"]
)
def test_no_two_operations_of_a_well_kept_description_are_taken_for_one(name: str, encode: Any) -> None:
    path = CORPUS / name
    found = surface_of_openapi("x", path.read_bytes(), path, path.parent)
    assert alike(found, list(found.operations), encode) == ()


def test_the_same_meaning_with_other_parameters_leaves_something_to_choose_by(encode: Any) -> None:
    other = operation(VOID.id, VOID.description, "reference", "merchant", "reason")
    assert alike(surface(CANCEL, other), ["cancelPayment"], encode) == ()


def test_what_no_workflow_calls_is_not_held_against_the_interface(encode: Any) -> None:
    assert alike(surface(CANCEL, VOID, REFUND), ["refundPayment"], encode) == ()


def test_a_read_is_never_confused_with_a_write(encode: Any) -> None:
    read = operation(VOID.id, VOID.description, "payment_id", "reason", method="GET")
    assert alike(surface(CANCEL, read), ["cancelPayment"], encode) == ()


def test_without_a_model_it_is_not_compared_instead_of_passed() -> None:
    def broken(texts: Sequence[str]) -> NDArray[np.float32]:
        raise BadInput("there are no weights", "model", "name a folder")

    assert alike(surface(CANCEL, VOID), ["cancelPayment"], None) is None
    assert alike(surface(CANCEL, VOID), ["cancelPayment"], broken) is None


def test_parameters_and_fields_without_a_word_are_listed_for_called_operations() -> None:
    body = {"properties": {"amount": {"description": "in major units"}, "note": {"type": "string"}}}
    write = Operation("pay", "POST", "/pay", parameters=(Parameter("trace", "header"),), body_schema=body)
    assert undocumented(surface(write, CANCEL), ["pay", "cancelPayment", "gone"]) == {"pay": ("trace", "note")}


@pytest.mark.parametrize(
    ("value", "tokens"), [(None, 0), ("", 0), ("abcd", 1), ("abcde", 2), ({"a": 1}, 2), ([1, 2, 3], 3)]
)
def test_tokens_are_four_characters_each_rounded_up(value: object, tokens: int) -> None:
    assert tokens_of(value) == tokens
