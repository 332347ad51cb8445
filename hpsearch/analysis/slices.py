"""What came of each parameter's values: the parts of its range, and where the best trials lie."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

import numpy as np

from hpsearch.record.status import finite_value, rank_trials, trial_status
from hpsearch.record.trial import TrialRecord
from hpsearch.space.space import Choice, Float, Int, Parameter, Scalar, Space
from hpsearch.tasks.metric import Metric
from hpsearch.wording import say_value

#: Whether a trial with these parameters is inside a part.
Inside = Callable[[Mapping[str, Scalar]], bool]

#: How many of the complete trials count as the best.
BEST = 10

#: A whole number with at most so many values is told value by value, other numbers in thirds.
FEW = 6

#: Share of a range that counts as its end.
END = 0.1


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a parameter's range, and the trials in it.

    Attributes:
        where: ``off``, ``adam`` or ``0.0001 to 0.001``.
        best, median: Of the complete trials' values; None without any.
        among_best: How many of the ``BEST`` trials are in it.
    """

    where: str
    complete: int
    pruned: int
    best: float | None
    median: float | None
    among_best: int


@dataclass(frozen=True, slots=True)
class Slice:
    """A searched parameter; one with a switch has ``off`` as its first part.

    Attributes:
        crowded: The end of its range at which at least half of the best trials lie, if any. Of
            real numbers drawn evenly they would at a given end in 1 of 600 cases.
    """

    name: str
    parts: tuple[Part, ...]
    crowded: Literal["low", "high"] | None


def slice_parameters(
    metric: Metric, space: Space, trials: Sequence[TrialRecord]
) -> tuple[Slice, ...]:
    """All searched parameters in their order; a switch, ``l1.on``, is told with its ``l1``."""
    valued = valued_trials(metric, trials)
    best = [trial for trial in valued if trial_status(trial) == "complete"][:BEST]
    return tuple(
        Slice(
            parameter.name,
            tuple(
                _part(metric, where, inside, valued, best)
                for where, inside in _parts(parameter, has_switch(parameter, space))
            ),
            _crowded(parameter, has_switch(parameter, space), best),
        )
        for parameter in sliced_parameters(space)
    )


def valued_trials(metric: Metric, trials: Sequence[TrialRecord]) -> list[TrialRecord]:
    """The complete and pruned trials that have a value, best first."""
    ranked = rank_trials(trials, metric.sign)
    return [trial for trial in ranked if trial_status(trial) in ("complete", "pruned")]


def sliced_parameters(space: Space) -> tuple[Parameter, ...]:
    """The parameters of a space but for the switches of others."""
    names = {parameter.name for parameter in space.parameters}
    switches = {f"{name}.on" for name in names}
    return tuple(parameter for parameter in space.parameters if parameter.name not in switches)


def has_switch(parameter: Parameter, space: Space) -> bool:
    """Whether a parameter may be off, ``off_or`` in the study file."""
    return any(candidate.name == f"{parameter.name}.on" for candidate in space.parameters)


def is_off(parameter: Parameter, params: Mapping[str, Scalar]) -> bool:
    """Whether a trial had the parameter switched off."""
    return params.get(f"{parameter.name}.on") is False


def position(domain: Float | Int, value: float) -> float:
    """Place of a number in its range by its scale: 0 at the low end, 1 at the high one."""
    if domain.low == domain.high:
        return 0.5
    if domain.log:
        return math.log(value / domain.low) / math.log(domain.high / domain.low)
    return (value - domain.low) / (domain.high - domain.low)


def _parts(parameter: Parameter, switch: bool) -> Iterator[tuple[str, Inside]]:
    """The parts of a parameter's range with their labels."""
    name = parameter.name
    if switch:
        yield "off", lambda params: is_off(parameter, params)
    match parameter.domain:
        case Choice(choices):
            for choice in choices:
                yield say_value(choice), _equals(name, choice)
        case Int(low, high, _, step) if (high - low) // step < FEW:
            for value in range(low, high + 1, step):
                yield str(value), _equals(name, value)
        case Int() | Float() as domain:
            for start, end in _thirds(domain):
                ends = dict.fromkeys((say_value(start), say_value(end)))
                yield " to ".join(ends), _between(name, domain, start, end)


def _equals(name: str, value: Scalar) -> Inside:
    return lambda params: params.get(name) == value


def _between(name: str, domain: Float | Int, low: float, high: float) -> Inside:
    closed = isinstance(domain, Int) or high == domain.high

    def inside(params: Mapping[str, Scalar]) -> bool:
        value = params.get(name)
        return (
            value is not None
            and low <= float(value)
            and (float(value) <= high if closed else float(value) < high)
        )

    return inside


def _thirds(domain: Float | Int) -> Iterator[tuple[float, float]]:
    space = np.geomspace if domain.log else np.linspace
    inner = space(domain.low, domain.high, 4)[1:-1].tolist()
    if domain.low == domain.high:
        inner = []
    if isinstance(domain, Float):
        yield from pairwise([domain.low, *inner, domain.high])
        return
    tops = [*(math.floor(edge) for edge in inner), domain.high]
    yield from zip([domain.low, *(top + 1 for top in tops[:-1])], tops, strict=True)


def _part(
    metric: Metric,
    where: str,
    inside: Inside,
    valued: Sequence[TrialRecord],
    best: Sequence[TrialRecord],
) -> Part:
    inside_it = [trial for trial in valued if inside(trial.params)]
    values = [
        finite_value(trial) or 0.0 for trial in inside_it if trial_status(trial) == "complete"
    ]
    return Part(
        where,
        len(values),
        len(inside_it) - len(values),
        metric.best(values),
        median(values) if values else None,
        sum(inside(trial.params) for trial in best),
    )


def _crowded(
    parameter: Parameter, switch: bool, best: Sequence[TrialRecord]
) -> Literal["low", "high"] | None:
    """Where the range may be too narrow; below the low end of one that may be off there is off."""
    domain = parameter.domain
    if isinstance(domain, Choice) or len(best) < BEST:
        return None
    places = [
        position(domain, float(trial.params[parameter.name]))
        for trial in best
        if parameter.name in trial.params
    ]
    if 2 * sum(place >= 1 - END for place in places) >= BEST:
        return "high"
    if not switch and 2 * sum(place <= END for place in places) >= BEST:
        return "low"
    return None
