"""What the Optuna dashboard shows besides trials: notes, the report, the winner's curves."""

import errno
import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import optuna_dashboard
from optuna.artifacts import FileSystemArtifactStore

from hpsearch.errors import HpsearchError
from hpsearch.export.failures import attempt
from hpsearch.export.figures.overfitting import Panel, seeds_of_winner
from hpsearch.export.notes import (
    say_measured,
    say_rows,
    say_spread,
    study_note,
    trial_note,
    winning,
)
from hpsearch.export.values import SIMULATED
from hpsearch.export.winner import NamedCurve, find_winner, winner_curves
from hpsearch.metrics import CURVE_METRICS
from hpsearch.results.outcome import Outcome, Standing
from hpsearch.search.annotations import FILES, Annotations, annotate, file_address
from hpsearch.search.database import Database, ReadableCopy
from hpsearch.search.folder import RECORD
from hpsearch.search.record import Record

#: Names of the files among the artifacts.
REPORTS = ("report.html", "report.md")
CURVES, CURVES_TABLE = "winner-curves.svg", "winner-curves.csv"

#: Said of a value that is not there yet.
LATER = "not known yet"


class _Server(ThreadingMixIn, WSGIServer):
    """One thread a request, none of which outlives the server."""

    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    """Logs no requests."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def application(folder: Path) -> Iterator[Callable[..., Any]]:
    """The Optuna dashboard on a study's record and files, as a WSGI application.

    Of a folder that nothing can be written to it shows a copy of the record.
    """
    with ExitStack() as stack:
        record = folder / RECORD
        if not os.access(folder, os.W_OK):
            record = stack.enter_context(ReadableCopy(record)).path
        database = stack.enter_context(closing(Database(record)))
        files = folder / FILES
        store = FileSystemArtifactStore(files) if files.is_dir() else None
        app: Callable[..., Any] = optuna_dashboard.wsgi(database.storage, artifact_store=store)
        yield app


def serve(folder: Path, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve the Optuna dashboard on a study until a signal ends it.

    Args:
        say: Gets the address.

    Raises:
        HpsearchError: If the port cannot be listened on.
    """
    with application(folder) as app:
        try:
            server = make_server(host, port, app, _Server, _Quiet)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise HpsearchError(f"port {port} is taken; give another with --port") from None
            raise HpsearchError(
                f"the dashboard must be able to listen on {host}, port {port}, got: "
                f"{error.strerror or error}; give others with --host and --port"
            ) from None
        with server:
            say(f"Optuna dashboard: http://{host}:{server.server_port}/ (Ctrl-C ends it)")
            server.serve_forever()


def write_dashboard(record: Record, outcome: Outcome) -> None:
    """Write notes, values and files into the record, at any time; doing it again replaces them.

    The report is attached as it lies in the study's folder. Two studies with the same outcome get
    the same notes; there are no times in them.
    """
    standing, winner = winning(outcome), find_winner(outcome)
    curves = winner_curves(outcome, winner) if winner and standing else ()
    figure = attempt("figure", lambda: _drawn(curves)) if curves else b""
    drawn = {CURVES_TABLE: _tabled(curves)} if curves else {}
    if isinstance(figure, bytes) and figure:
        drawn[CURVES] = figure
    reports = [outcome.folder / name for name in REPORTS]
    files = {path.name: path.read_bytes() for path in reports if path.is_file()}
    report = file_address(record, None, REPORTS[0]) if REPORTS[0] in files else None
    attached: dict[int | None, dict[str, bytes]] = {None: {**files, **drawn}}
    if standing:
        attached[standing.trial] = drawn
    notes: dict[int | None, str] = {None: study_note(outcome, report)}
    for one in outcome.standings:
        shown = CURVES in drawn and one == standing
        address = file_address(record, one.trial, CURVES) if shown else None
        notes[one.trial] = trial_note(outcome, one, address)
    values = {
        **_values(outcome, standing),
        "report": f"{REPORTS[0]}, in the study's folder and among its artifacts"
        if report
        else LATER,
    }
    annotate(record, outcome.folder, Annotations(values, notes, attached))


def _values(outcome: Outcome, winner: Standing | None) -> dict[str, str]:
    """Attributes of the study; always the same names."""
    data, test = outcome.data, outcome.test
    tested = say_measured(test, "binary_crossentropy") if test else ""
    spread = say_spread(winner) if winner else ""
    return {
        "data": SIMULATED if data.simulated else data.description,
        "rows": say_rows(outcome),
        "winner": f"trial {winner.trial}: {spread} over fresh seeds" if winner else LATER,
        "test": f"binary cross-entropy {tested}, {test.reference}" if test else LATER,
    }


def _drawn(curves: Sequence[NamedCurve]) -> bytes:
    """The figure as a file: on paper, as the dashboard may be dark."""
    figure = seeds_of_winner([Panel(one.label, one.curve, one.main) for one in curves])
    return figure.replace("<svg ", '<svg style="background: #fff" ', 1).encode()


def _tabled(curves: Sequence[NamedCurve]) -> bytes:
    """Cross-entropy by epoch as CSV, two columns a seed; empty where it is not finite."""
    column = CURVE_METRICS.index("binary_crossentropy")
    heads = [f"{one.label} {part}" for one in curves for part in ("train", "validation")]
    lines = [",".join(["epoch", *heads])]
    for epoch in range(max(len(one.curve) for one in curves)):
        losses = [
            float(one.curve[epoch, part, column]) if epoch < len(one.curve) else math.nan
            for one in curves
            for part in (0, 1)
        ]
        cells = [f"{loss:.5f}" if math.isfinite(loss) else "" for loss in losses]
        lines.append(",".join([str(epoch + 1), *cells]))
    return "".join(f"{line}\n" for line in lines).encode()
