"""All commands as one program: its help, its exit codes, and errors without tracebacks."""

import logging
import sys
from collections.abc import Callable
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from hpsearch import __version__
from hpsearch.cli.drafting import init
from hpsearch.cli.ensembling import ensemble
from hpsearch.cli.predicting import predict
from hpsearch.cli.reading import check, report, status, studies, trials, validate
from hpsearch.cli.running import evaluate, optimize, reproduce
from hpsearch.cli.serving import dashboard, tensorboard
from hpsearch.console import complain, forgive_encodings, say
from hpsearch.errors import HpsearchError

#: In the order of the help.
COMMANDS: tuple[Callable[..., None], ...] = (
    *(init, optimize, evaluate, ensemble, predict, reproduce),
    *(report, trials, status, check, validate, studies),
    *(tensorboard, dashboard),
)


class _Commands(TyperGroup):
    """Commands whose operating system errors are told here: typer ends in silence on some."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            raise HpsearchError(f"{error}; nothing recorded is lost") from error


app = typer.Typer(
    name="hpsearch",
    help="Hyperparameter search for Keras networks on tables.",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for command in COMMANDS:
    app.command()(command)


@app.callback(invoke_without_command=True, epilog="With --debug an error shows its traceback.")
def version(
    ctx: typer.Context,
    show: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Hyperparameter search for Keras networks on tables."""
    if show:
        say(f"hpsearch {__version__}")
        raise typer.Exit


def main(at_end: Callable[[], None] = lambda: None) -> NoReturn:
    """Run the command line; errors become a message and an exit code, never a traceback.

    Args:
        at_end: Called when the work is done and the exit code is known.
    """
    forgive_encodings()
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # of folders that it cannot write
    debug = "--debug" in sys.argv[1:]
    try:
        app([argument for argument in sys.argv[1:] if argument != "--debug"], prog_name="hpsearch")
    except SystemExit:
        at_end()
        raise
    except HpsearchError as error:
        at_end()
        if debug:
            raise
        complain(f"hpsearch: {error}")
        sys.exit(error.exit_code)
    except Exception as error:
        if debug:
            raise
        complain(
            f"hpsearch: {type(error).__name__}: {error}. This should not happen: please report it, "
            f"with what --debug shows. Nothing recorded is lost"
        )
        sys.exit(1)
    sys.exit(0)
