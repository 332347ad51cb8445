"""Slices: the trials' values against each searched parameter, a panel a parameter."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator

from hpsearch.analysis.slices import has_switch, is_off, position, sliced_parameters, valued_trials
from hpsearch.record.status import finite_value, trial_status
from hpsearch.record.trial import TrialRecord
from hpsearch.report.figures.axes import BadSide, logarithmic_ticks, say_tick
from hpsearch.report.figures.legend import WIDTH, legend_above
from hpsearch.report.figures.svg import GRAY, INK, draw
from hpsearch.report.sections.search.figures import scatter
from hpsearch.space.space import Choice, Domain, Int, Parameter, Space
from hpsearch.tasks.task import Task
from hpsearch.wording import say_value

COLUMNS = 2

#: Trials that are drawn, the best of them; more would hide each other.
DRAWN = 500

#: Where trials stand that have a parameter switched off, left of its range from 0 to 1.
OFF = -0.19

#: Letters that have room under a panel; labels of longer choices stand in two lines, by turns.
LETTERS = 22

#: Whole numbers with at most so many values are spread a little, as choices are.
SPREAD = 20


def slices(task: Task, space: Space, trials: Sequence[TrialRecord], winner: int | None) -> str:
    """Complete and pruned trials by value and parameter; ranges by their scale, choices in columns.

    Args:
        winner: The trial that is ringed.
    """
    parameters = sliced_parameters(space)
    valued, bad = valued_trials(task.metric, trials)[:DRAWN], BadSide(task.metric)
    ends = bad.window([value for t in valued if (value := finite_value(t)) is not None])

    def height(trial: TrialRecord) -> float:
        return bad.clip(finite_value(trial), ends)

    rows = -(-len(parameters) // COLUMNS)

    def paint(figure: Figure) -> None:
        grid = figure.subplots(rows, COLUMNS, sharey=True, squeeze=False)
        for axes, parameter in zip(grid.flat, parameters, strict=False):
            switch = has_switch(parameter, space)
            for state in ("complete", "pruned"):
                chosen = [trial for trial in valued if trial_status(trial) == state]
                scatter(axes, state, list(_points(parameter, chosen, height)))
            ring = list(_points(parameter, [t for t in valued if t.number == winner], height))
            if ring:
                style: dict[str, Any] = {"facecolors": "none", "edgecolors": INK, "clip_on": False}
                axes.scatter(*zip(*ring, strict=True), s=60, zorder=4, label="the winner", **style)
            _axis(axes, parameter, switch)
            axes.set_title(parameter.name, loc="left", fontsize=8.5)
            axes.set_ylim(*ends)
            axes.yaxis.set_major_locator(MaxNLocator(4))
        for axes in grid.flat[len(parameters) :]:
            axes.set_visible(False)
        figure.supylabel(task.metric.label, fontsize=8.5)
        legend_above(figure, grid[0, 0])

    return draw(
        "search-slices",
        title="Value against each searched parameter",
        description=f"{len(valued)} complete and pruned trials in {len(parameters)} panels; those "
        f"far {bad.side} the rest stand on the {bad.edge} edge. The table beside it has the parts "
        "of each range.",
        width=WIDTH,
        height=0.5 + 1.2 * rows,
        paint=paint,
    )


def _points(
    parameter: Parameter,
    trials: Sequence[TrialRecord],
    height: Callable[[TrialRecord], float],
) -> Iterator[tuple[float, float]]:
    for trial in trials:
        if is_off(parameter, trial.params):
            yield OFF + 0.08 * _jitter(trial), height(trial)
        elif parameter.name in trial.params:
            yield _place(parameter, trial), height(trial)


def _place(parameter: Parameter, trial: TrialRecord) -> float:
    value = trial.params[parameter.name]
    match parameter.domain:
        case Choice(choices):
            return (choices.index(value) + 0.5 + 0.7 * _jitter(trial)) / len(choices)
        case domain:
            return position(domain, float(value)) + _spread(domain) * _jitter(trial)


def _spread(domain: Domain) -> float:
    """How far apart trials of one value are drawn: whole numbers of which there are few."""
    match domain:
        case Int(low, high, False, step) if high > low and (high - low) // step < SPREAD:
            return 0.4 * step / (high - low)
    return 0.0


def _jitter(trial: TrialRecord) -> float:
    """From -0.5 to 0.5 by the trial's number: multiples of the golden ratio are evenly spread."""
    return trial.number * (math.sqrt(5) - 1) / 2 % 1 - 0.5


def _axis(axes: Axes, parameter: Parameter, switch: bool) -> None:
    ticks = list(_ticks(parameter))
    if switch:
        ticks.insert(0, (OFF, "off"))
        axes.axvline(OFF / 2, color=GRAY, linewidth=0.5)
    axes.xaxis.set_major_locator(FixedLocator([place for place, _ in ticks]))
    axes.set_xticks([place for place, _ in ticks], [label for _, label in ticks])
    room = 0.07 + _spread(parameter.domain) / 2
    axes.set_xlim(OFF - 0.08 if switch else -room, 1 + room)
    axes.grid(visible=not isinstance(parameter.domain, Choice), axis="x")


def _ticks(parameter: Parameter) -> Iterator[tuple[float, str]]:
    match parameter.domain:
        case Choice(choices):
            labels = [say_value(choice) for choice in choices]
            lines = 2 if len("".join(labels)) > LETTERS else 1
            for place, label in enumerate(labels):
                yield (place + 0.5) / len(choices), "\n" * (place % lines) + label
        case domain:
            evenly = MaxNLocator(4, integer=isinstance(domain, Int)).tick_values
            ticks = logarithmic_ticks if domain.log else evenly
            for tick in ticks(domain.low, domain.high):
                if domain.low <= tick <= domain.high:
                    yield position(domain, tick), say_tick(tick)
