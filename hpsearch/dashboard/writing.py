"""What the Optuna dashboard shows besides trials: notes, the report, the winner's curves."""

import math
from collections.abc import Sequence

from hpsearch.analysis.winner_curves import NamedCurve, winner_curves
from hpsearch.dashboard.notes import (
    say_measured,
    say_seeds,
    study_note,
    trial_note,
)
from hpsearch.evaluation.leaderboard import Standing
from hpsearch.evaluation.outcome import Outcome
from hpsearch.record.annotations import Annotations, annotate, file_address
from hpsearch.record.record import Record
from hpsearch.report.failures import attempt
from hpsearch.report.sections.overfitting.figures import Panel, seeds_of_winner
from hpsearch.report.values import SIMULATED
from hpsearch.tasks.task import Task

#: Names of the files among the artifacts.
REPORTS = ("report.html", "report.md")


CURVES, CURVES_TABLE = "winner-curves.svg", "winner-curves.csv"


#: Said of a value that is not there yet.
LATER = "not known yet"


def write_dashboard(record: Record, outcome: Outcome) -> None:
    """Write notes, values and files into the record, at any time; doing it again replaces them.

    The report is attached as it lies in the study's folder. Two studies with the same outcome get
    the same notes; there are no times in them.
    """
    winner = outcome.leaderboard.confirmed
    standing = winner.standing if winner else None
    curves = winner_curves(outcome, winner) if winner and standing else ()
    keep = outcome.recipe(winner.trial).keep if winner else "best"
    figure = attempt("figure", lambda: _drawn(outcome.task, curves, keep)) if curves else b""
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
    for ranked in outcome.standings:
        shown = CURVES in drawn and ranked == standing
        address = file_address(record, ranked.trial, CURVES) if shown else None
        notes[ranked.trial] = trial_note(outcome, ranked, address)
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
    told = outcome.task.told_metric
    tested = say_measured(test, told, outcome.data.target.deviation) if test else ""
    spread = say_seeds(winner) if winner else ""
    return {
        "data": SIMULATED if data.simulated else data.description,
        "rows": outcome.data.parts,
        "winner": f"trial {winner.trial}: {spread} over fresh seeds" if winner else LATER,
        "test": f"{told.label} {tested}, {test.reference}" if test else LATER,
    }


def _drawn(task: Task, curves: Sequence[NamedCurve], keep: str) -> bytes:
    """The figure as a file: on paper, as the dashboard may be dark."""
    panels = [Panel(seed.label, seed.curve, seed.main, keep) for seed in curves]
    figure = seeds_of_winner(task, panels)
    return figure.replace("<svg ", '<svg style="background: #fff" ', 1).encode()


def _tabled(curves: Sequence[NamedCurve]) -> bytes:
    """The objective by epoch as CSV, two columns a seed; empty where it is not finite."""
    heads = [f"{seed.label} {part}" for seed in curves for part in ("train", "validation")]
    lines = [",".join(["epoch", *heads])]
    for epoch in range(max(len(seed.curve) for seed in curves)):
        losses = [
            float(values[epoch]) if epoch < len(values) else math.nan
            for seed in curves
            for values in (seed.curve.train(), seed.curve.validation())
        ]
        cells = [f"{loss:.5f}" if math.isfinite(loss) else "" for loss in losses]
        lines.append(",".join([str(epoch + 1), *cells]))
    return "".join(f"{line}\n" for line in lines).encode()
