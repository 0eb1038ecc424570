"""The `rasad` command: one file per group of sub-commands. Heavy imports happen inside commands, so that help is quick.

Exit codes: 0 done; 1 done, but something failed or was not found; 2 wrong usage or a watch that cannot be read;
3 configuration; 4 database; 5 a channel that cannot be used; 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from alerts.cli import (
    alerting,
    articles,
    configuration,
    crawl,
    daemon,
    exchange,
    extraction,
    feedback,
    health,
    lookback,
    outlet_files,
    outlets,
    storage,
    watches,
    words,
)
from alerts.cli.shared import state
from crawler.errors import QueryError, RasadError

app = typer.Typer(
    name="rasad",
    help="Rasad watches Syrian and Russian news and tells you, across scripts, when what you watch for is reported.",
    epilog="Start with `rasad demo`, then `rasad run`. Every command has --help with an example.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for room in (
    daemon,
    crawl,
    extraction,
    articles,
    outlets,
    outlet_files,
    health,
    watches,
    lookback,
    exchange,
    alerting,
    feedback,
    words,
    storage,
    configuration,
):
    room.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"rasad {version('rasad')}")
        raise typer.Exit


@app.callback()
def _options(
    config: Annotated[
        Path | None, typer.Option(help="The config.yaml to use. [RASAD_CONFIG, ./config.yaml, /etc/rasad/config.yaml]")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every step.")] = False,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    state.config_path = config
    state.verbose = verbose


def main() -> None:
    """Run the command; every expected failure is one message on stderr and an exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal of another encoding, or a file name that is no text: a "?" is better than a traceback.
        sys.stdout.reconfigure(errors="replace")
    try:
        app()
    except QueryError as error:
        typer.secho(f"column {error.column}: {error}", fg="red", err=True)
        if error.suggestion:
            typer.secho(f"try: {error.suggestion}", err=True)
        sys.exit(error.exit_code)
    except RasadError as error:
        typer.secho(str(error), fg="red", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.secho("stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # `rasad ... | head` closed our output: not an error, and nobody is left to read a traceback.
        sys.stderr.close()
        sys.exit(0)
