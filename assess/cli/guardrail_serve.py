"""`cxready guardrails serve`: the enforcing proxy, until Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assess.engagement import load_folder
from runtime.errors import BadInput

if TYPE_CHECKING:
    from runtime.guardrails.certificate import Certificate
    from runtime.guardrails.proxy import RunningProxy


@click.command(epilog="Example:  cxready guardrails serve northwind --port 8443")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=0, help="Port to listen on; 0 chooses one.")
@click.option("--name", "names", multiple=True, metavar="HOST:PORT", help="Further name by which callers reach it.")
@click.option(
    "--tls-certificate", type=click.Path(path_type=Path, dir_okay=False), help="PEM; needed beyond this machine."
)
@click.option("--tls-key", type=click.Path(path_type=Path, dir_okay=False), help="PEM.")
@click.option(
    "--certificate",
    "certified",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Proof that must fit what is loaded; default: the newest assessment's.",
)
@click.option(
    "--log-only", is_flag=True, help="Decide, count and log, but let everything through: before limits are enforced."
)
@click.option("--mcp", is_flag=True, help="Offer the covered operations as tools of an MCP server, at /mcp.")
@click.option(
    "--environment",
    type=click.Choice(["staging", "production"]),
    default="staging",
    show_default=True,
    help="Where writes go.",
)
def serve(
    folder: Path,
    host: str,
    port: int,
    names: tuple[str, ...],
    tls_certificate: Path | None,
    tls_key: Path | None,
    certified: Path | None,
    log_only: bool,
    mcp: bool,
    environment: str,
) -> None:
    """Run the enforcing proxy until Ctrl-C: the only holder of a credential that can write.

    Prints one line of JSON: its address, the agents' token, and the secret with which a trusted runtime signs for whom a call is.
    Token and secret come from CXREADY_PROXY_TOKEN and CXREADY_PROXY_SECRET where these are set (several proxies of one folder
    share them then), and are not printed. CXREADY_DATABASE names a PostgreSQL database that keeps the totals of many machines.
    """
    from runtime.guardrails.budgets import ledger_of
    from runtime.guardrails.proxy import serve as serve_proxy

    estate = load_folder(folder).estate
    state = estate.folder / ".cxready"
    certificate = None if log_only and certified is None else _certificate(folder, certified)
    running = serve_proxy(
        estate,
        folder=state,
        secrets=os.environ,
        certificate=certificate,
        ledger=ledger_of(state, os.environ),
        environment=environment,
        for_pilot=environment == "production",
        host=host,
        port=port,
        names=names,
        tls=(tls_certificate, tls_key) if tls_certificate and tls_key else None,
        mode="log_only" if log_only else "enforce",
        mcp=mcp,
    )
    try:
        ended = _until_told()
        _announce(running, certificate, log_only)
        ended.wait()
        click.echo("stopping: waiting for the calls under way", err=True)
    finally:
        running.close()


def _until_told() -> threading.Event:
    """Set by Ctrl-C or by a service manager's SIGTERM, also where the starter had them ignored."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    return ended


def _certificate(folder: Path, named: Path | None) -> Certificate:
    from runtime.guardrails.certificate import read

    newest = sorted((folder / "assessments").glob("*/certificate.json"))
    if named is None and not newest:
        raise BadInput(
            "there is no proof of these limits yet",
            str(folder / "assessments"),
            f"run `cxready guardrails prove {folder} --json > proof.json` and name it with --certificate, or assess the "
            "folder; --log-only needs none",
        )
    return read(named or newest[-1])


def _announce(running: RunningProxy, certificate: Certificate | None, log_only: bool) -> None:
    from runtime.guardrails.proxy import SECRET, TOKEN

    own = {"token": (TOKEN, running.token), "secret": (SECRET, running.secret)}
    shown = {name: value for name, (variable, value) in own.items() if not os.environ.get(variable)}
    click.echo(json.dumps({"url": running.url, **shown}))
    if log_only:
        click.echo("log only: what the limits would not allow is logged and passes", err=True)
    for stale in running.refuses_because:
        click.echo(f"every write is refused: {stale}", err=True)
    if certificate is None:
        click.echo("no proof is checked", err=True)
