"""billing: invoices, charges, credits, refunds and accounts. REST, with two flaws that a real system might have.

Flaw 1: `createRefund` ignores Idempotency-Key and stores no reference, so that a refund whose answer got lost cannot be
found again. Flaw 2: `changePlan` answers 200 with the new plan and stores nothing. `flawless=True` mends both.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from assess.demo.documents import by_offset, currency, fields, money, text
from assess.demo.rest_service import (
    Problem,
    Record,
    Request,
    Response,
    RestService,
    Route,
    check_precondition,
    entity_tag,
)
from assess.demo.tokens import Tokens
from assess.demo.world import PLANS, World

LARGEST_CREDIT = Decimal("500.00")


class Billing(RestService):
    """Refuses credits and refunds above 500.00 itself, whoever asks."""

    name = "billing"

    def __init__(self, tokens: Tokens, world: World, *, flawless: bool = False) -> None:
        super().__init__(tokens)
        self.flawless = flawless
        self.invoices = world.invoices
        self.charges = world.charges
        self.accounts = {
            account: {
                "account_id": account,
                "contract_id": contract["contract_id"],
                "plan": contract["plan"],
                "status": contract["status"],
                "currency": "EUR",
            }
            for account, contract in world.contracts.items()
        }
        self.credits: dict[str, Record] = {}
        self.refunds: dict[str, Record] = {}

    def routes(self) -> list[Route]:
        read, write, reverse = "billing.read", "billing.write", "billing.reverse"
        return [
            Route("GET", "/invoices", read, self.list_invoices),
            Route("GET", "/invoices/{invoice_id}", read, self.get_invoice),
            Route("GET", "/charges", read, self.list_charges),
            Route("GET", "/credits", read, self.find_credit),
            Route("POST", "/credits", write, self.create_credit),
            Route("GET", "/credits/{credit_id}", read, self.get_credit),
            Route("POST", "/credits/{credit_id}/reversal", reverse, self.reverse_credit),
            Route("GET", "/refunds", read, self.find_refund),
            Route("POST", "/refunds", write, self.create_refund),
            Route("GET", "/refunds/{refund_id}", read, self.get_refund),
            Route("POST", "/refunds/{refund_id}/void", reverse, self.void_refund),
            Route("GET", "/accounts/{account_id}", read, self.get_account),
            Route("PATCH", "/accounts/{account_id}", write, self.change_plan),
            Route("POST", "/accounts/{account_id}/plan-correction", reverse, self.correct_plan),
        ]

    def list_invoices(self, request: Request) -> Response:
        wanted = request.query.get("account_id")
        return by_offset(request, [i for i in self.invoices if wanted in (None, i["account_id"])])

    def get_invoice(self, request: Request) -> Response:
        wanted = request.parts["invoice_id"]
        for invoice in self.invoices:
            if invoice["invoice_id"] == wanted:
                return Response(200, invoice)
        raise Problem(404, "unknown-invoice", "There is no such invoice", f"no invoice {wanted[:40]}")

    def list_charges(self, request: Request) -> Response:
        wanted = request.query.get("account_id")
        return by_offset(request, [c for c in self.charges if wanted in (None, c["account_id"])])

    def create_credit(self, request: Request) -> Response:
        body = fields(
            request,
            {"account_id": text, "amount": money, "currency": currency},
            {"charge_id": text, "reason": text, "reference": text},
        )
        self._account(body["account_id"])
        _of_account(self.charges, "charge_id", body)
        _within_limit(body)
        return self.once(request, lambda: self._create("CR", self.credits, request, body))

    def find_credit(self, request: Request) -> Response:
        return by_offset(request, _matching(self.credits, request))

    def get_credit(self, request: Request) -> Response:
        return Response(200, _existing(self.credits, request.parts["credit_id"], "credit"))

    def reverse_credit(self, request: Request) -> Response:
        return self._take_back(self.credits, request.parts["credit_id"], "credit", "reversed")

    def create_refund(self, request: Request) -> Response:
        body = fields(
            request,
            {"account_id": text, "invoice_id": text, "amount": money, "currency": currency},
            {"payment_id": text, "reason": text, "reference": text},
        )
        self._account(body["account_id"])
        _of_account(self.invoices, "invoice_id", body)
        _within_limit(body)
        if self.flawless:
            return self.once(request, lambda: self._create("RF", self.refunds, request, body))
        return self._create("RF", self.refunds, request, body, keep_reference=False)

    def find_refund(self, request: Request) -> Response:
        return by_offset(request, _matching(self.refunds, request))

    def get_refund(self, request: Request) -> Response:
        return Response(200, _existing(self.refunds, request.parts["refund_id"], "refund"))

    def void_refund(self, request: Request) -> Response:
        return self._take_back(self.refunds, request.parts["refund_id"], "refund", "void")

    def get_account(self, request: Request) -> Response:
        account = self._account(request.parts["account_id"])
        return Response(200, account, {"ETag": entity_tag(account)})

    def change_plan(self, request: Request) -> Response:
        return self._set_plan(request, store=self.flawless)

    def correct_plan(self, request: Request) -> Response:
        """Back office takes a change back; this path has always stored what it says."""
        return self._set_plan(request, store=True)

    def _set_plan(self, request: Request, *, store: bool) -> Response:
        with self.lock:
            account = self._account(request.parts["account_id"])
            check_precondition(request, account)
            plan = fields(request, {"plan": text})["plan"]
            if plan not in PLANS:
                raise Problem(422, "unknown-plan", "There is no such plan", f"plans are {', '.join(PLANS)}")
            changed = {**account, "plan": plan}
            if store:
                self.accounts[account["account_id"]] = changed
        return Response(200, {**changed, "previous_plan": account["plan"]}, {"ETag": entity_tag(changed)})

    def _account(self, account: str) -> Record:
        return _existing(self.accounts, account, "account")

    def _create(
        self, prefix: str, place: dict[str, Record], request: Request, body: Record, *, keep_reference: bool = True
    ) -> Response:
        with self.lock:
            reference = body.get("reference") or request.headers.get("idempotency-key", "")
            record = {
                "id": self.next_id(prefix),
                **body,
                "status": "booked",
                "created_at": _now(),
                "reference": reference if keep_reference else "",
            }
            place[record["id"]] = record
        return Response(201, record, {"Location": f"{request.path}/{record['id']}"})

    def _take_back(self, place: dict[str, Record], identity: str, kind: str, status: str) -> Response:
        with self.lock:
            record = place[identity] = {**_existing(place, identity, kind), "status": status}
        return Response(200, record)


def _of_account(records: list[Record], key: str, body: Record) -> None:
    """422 when the body names a charge or invoice of another account."""
    if key in body and not any(r[key] == body[key] and r["account_id"] == body["account_id"] for r in records):
        raise Problem(422, "record-of-another", f"The {key} does not belong to this account")


def _within_limit(body: Record) -> None:
    if Decimal(body["amount"]) > LARGEST_CREDIT:
        raise Problem(
            422,
            "amount-above-limit",
            "The amount is above what this system books without a manager",
            f"at most {LARGEST_CREDIT} EUR",
        )


def _existing(place: dict[str, Record], identity: str, kind: str) -> Record:
    if identity not in place:
        raise Problem(404, f"unknown-{kind}", f"There is no such {kind}", f"no {kind} {identity[:40]}")
    return place[identity]


def _matching(place: dict[str, Record], request: Request) -> list[Record]:
    wanted = {name: request.query[name] for name in ("reference", "account_id") if name in request.query}
    return [record for record in list(place.values()) if all(record.get(n) == value for n, value in wanted.items())]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
