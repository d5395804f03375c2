"""How to reach a system: one interface over REST and SOAP, with budgets, traces and a write ledger."""
