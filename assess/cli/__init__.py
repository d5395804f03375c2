"""The command line. Commands are imported when they are called, so that `--help` and `--version` stay quick.

Exit codes: 0 did its work, whatever it found · 1 an asked-for condition does not hold (`--fail-on`, verify) ·
2 usage or bad input · 3 something unreachable, the result is still written · 130 interrupted, resumable · 70 a fault of cxready.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from assess.cli.terminal import guard
from assess.version import __version__

# name → (module, attribute, one line of help): static, so that listing them imports nothing.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "init": ("assess.cli.folder", "init", "Write a commented folder to start from."),
    "schema": ("assess.cli.folder", "schema", "Print the JSON Schema of a file."),
    "doctor": ("assess.cli.doctor", "doctor", "Check machine and configuration; print each value with its origin."),
    "collect": ("assess.cli.collect", "collect", "Plan, gather and derive: measure the staging estate."),
    "request": (
        "assess.cli.handover",
        "request",
        "Pack what IT needs: engagement, plan, secrets' names, hosts, letter.",
    ),
    "take": ("assess.cli.handover", "take", "Check what came back, put it together, and say what is missing."),
    "evidence": ("assess.cli.evidence", "evidence", "Show what was sent and what leaves; take a value out; erase."),
    "assess": ("assess.cli.judging", "assess", "Judge a bundle: levels, gates, findings."),
    "explain": ("assess.cli.judging", "explain", "Derive a probe, level, gate or finding line by line."),
    "compare": ("assess.cli.compare", "compare", "Show what changed between two bundles or two versions."),
    "report": ("assess.cli.report", "report", "Write the report: PDF, HTML, JSON, Markdown, SARIF, JUnit, xlsx, CSV."),
    "draft": ("assess.cli.draft", "draft", "Draft a remedy: an overlay for a description without words."),
    "watch": ("assess.cli.watch", "watch", "Measure again and say which gates would change; for a timer."),
    "probes": ("assess.cli.probes", "probes", "List the catalogue of questions."),
    "kb": ("assess.cli.alone", "kb", "Audit a knowledge base on its own."),
    "handoff": ("assess.cli.alone", "handoff", "Score how readable a handoff is."),
    "guardrails": ("assess.cli.guardrails", "guardrails", "Draft, check, prove, test and enforce limits."),
    "pilot": ("assess.cli.pilot", "pilot", "Run workflows that passed, one at a time."),
    "demo": ("assess.cli.demo", "demo", "Run the whole journey on a small telecom estate, offline."),
}


class Lazy(click.Group):
    """A group whose commands are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(error.message + _near(args[0], COMMANDS), ctx) from None


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]}, epilog="Start with:  cxready demo")
@click.version_option(__version__, prog_name="cxready")
@click.option("-v", "--verbose", count=True, help="More on stderr; twice for debugging detail.")
@click.option(
    "--log", "log_format", type=click.Choice(["text", "json"]), default="text", help="Format of messages on stderr."
)
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.pass_context
def cxready(ctx: click.Context, verbose: int, log_format: str, debug: bool) -> None:
    """Measures whether systems, articles, limits and handoffs are ready for AI agents, and pilots what passes."""
    ctx.obj = {"debug": debug}
    if verbose or log_format == "json":
        from assess.cli.logs import set_up

        set_up(verbose, log_format)


def main(arguments: list[str] | None = None) -> None:
    """Entry point: runs a command and turns errors into messages and exit codes."""
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    guard()
    try:
        if "CREDENTIALS_DIRECTORY" in os.environ:
            from runtime.piloting.handed_over import take_credentials

            take_credentials(os.environ)
        code = cxready.main(arguments, standalone_mode=False)
    except click.exceptions.Abort:
        code = _say("interrupted; run the same command again to go on", 130)
    except KeyboardInterrupt:
        code = _say("interrupted; run the same command again to go on", 130)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except BrokenPipeError:
        code = 0
    except Exception as error:
        if debug:
            raise
        code = _say_error(error)
    sys.exit(code if isinstance(code, int) else 0)


def _say_error(error: Exception) -> int:
    from runtime.errors import CxreadyError

    if isinstance(error, CxreadyError):
        return _say(str(error), error.exit_code)
    if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] not in (
        "assess",
        "kb_audit",
        "probes",
        "runtime",
        "templates",
    ):
        return _say(f"this installation is without `{error.name}`\n  → pip install 'cxready[all]'", 2)
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return _say(f"{place}{error.strerror}\n  → check the path, its permissions and the space left", 2)
    if "sqlite3" in sys.modules and isinstance(error, sys.modules["sqlite3"].OperationalError):
        return _say(
            f"the state in DIR/.cxready cannot be read or written: {error}\n  → check its permissions and the space left, then run the same command again",
            2,
        )
    return _say(
        f"a fault of cxready itself: {type(error).__name__}\n  → run it again with `cxready --debug …` and report what it prints",
        70,
    )


def _say(text: str, code: int) -> int:
    click.echo(f"cxready: {text}", err=True)
    return code


def _near(name: str, known: Any) -> str:
    import difflib

    near = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean '{near[0]}'?" if near else ""
