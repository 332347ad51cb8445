"""The commands that serve pages of a study until they are ended: tensorboard and dashboard."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from hpsearch import signals
from hpsearch.cli.options import Host, Name, Out, Port, Study
from hpsearch.console import say

if TYPE_CHECKING:
    from hpsearch.evaluation.outcome import Outcome


def tensorboard(
    name: Name = None,
    study: Study = None,
    out: Out = None,
    port: Port = 6006,
    host: Host = "127.0.0.1",
    curves: Annotated[
        int, typer.Option(min=0, help="How many of the best trials get learning curves.")
    ] = 200,
) -> None:
    """Open TensorBoard on a study, also while it runs: it is kept up to date."""
    from hpsearch.evaluation.reading import read_outcome
    from hpsearch.naming import folder_of
    from hpsearch.record.folder import read_folder
    from hpsearch.tensorboard.server import show

    path = folder_of(name, study, out)

    def read() -> "Outcome":
        with read_folder(path) as folder:
            return read_outcome(folder)

    with read_folder(path) as folder:
        folder.data()
    say(f"weight histograms: http://{host}:{port}/#histograms&regexInput=retrained")
    arguments = ("--host", host, "--port", str(port))
    with TemporaryDirectory() as elsewhere:
        written_to = path if os.access(path, os.W_OK) else Path(elsewhere)
        with suppress(KeyboardInterrupt), signals.raised():  # how a server is ended
            raise typer.Exit(show(written_to, read, arguments, curves=curves))


def dashboard(
    name: Name = None,
    study: Study = None,
    out: Out = None,
    port: Port = 8080,
    host: Host = "127.0.0.1",
) -> None:
    """Open the Optuna dashboard on a study, also while it runs."""
    from hpsearch.dashboard.server import serve
    from hpsearch.naming import folder_of
    from hpsearch.record.folder import read_folder

    path = folder_of(name, study, out)
    with read_folder(path):
        pass
    with suppress(KeyboardInterrupt), signals.raised():  # how a server is ended
        serve(path, host, port, say)
