"""Values as people read them: how many digits, and what stands for a value that is not there."""

import math
from collections.abc import Iterable, Mapping, Sequence

from hpsearch.space.space import Choice, Condition, Domain, Float, Int, Scalar
from hpsearch.tasks.metric import Metric

MINUS = "\N{MINUS SIGN}"

#: Stands where a value is missing or was not finite.
NOTHING = "\N{EN DASH}"

#: Decimals of a number, or digits before its point, beyond which it is written with an exponent.
MOST_DIGITS = 8


def say_number(value: float | None, digits: int = 4) -> str:
    """A number with so many decimals; 4 are a fiftieth of the usual interval of a cross-entropy.

    Without decimals it has commas; with more or fewer than fit on a line, an exponent.
    """
    return NOTHING if value is None else _decimals(value, digits, "").replace("-", MINUS)


def digits_of(scale: float) -> int:
    """Decimals of numbers whose usual size is ``scale``, above 0: 4 for 1, none for 10,000.

    For still larger ones it is below 0, and ``say_number`` writes them without decimals.
    """
    digits = 4 - math.floor(math.log10(scale))
    return 0 if digits == 1 else digits  # thousands need no decimal


def metric_digits(metric: Metric, deviation: float) -> int:
    """Decimals of a metric's values.

    Args:
        deviation: Of the target; metrics in its unit are as large.
    """
    return digits_of(deviation) if metric.unit and not metric.standardized else 4


def say_spread(mean: float | None, deviation: float | None, digits: int = 4) -> str:
    """A mean and its standard deviation; a single value has none."""
    if deviation is None:
        return say_number(mean, digits)
    return f"{say_number(mean, digits)} ± {say_number(deviation, digits)}"


def say_signed(value: float | None, digits: int = 4) -> str:
    """A difference with its sign."""
    return NOTHING if value is None else _decimals(value, digits, "+").replace("-", MINUS)


def say_count(value: int | None) -> str:
    """A whole number with commas."""
    return NOTHING if value is None else f"{value:,}"


def say_folds(folds: int, repeats: int = 1) -> str:
    """``5 folds``, and how often rows were dealt out to them if more than once.

    Args:
        folds: Of all repeats together.
    """
    dealt = f", dealt out {repeats} times" if repeats > 1 else ""
    return f"{folds // repeats} folds{dealt}"


def say_interval(interval: Mapping[str, float | None] | None, digits: int = 4) -> str:
    """``[low, high]``."""
    if interval is None or interval["low"] is None or interval["high"] is None:
        return NOTHING
    return f"[{say_number(interval['low'], digits)}, {say_number(interval['high'], digits)}]"


def say_numbers(values: Sequence[float | None], digits: int = 4) -> str:
    """Numbers in a row."""
    return ", ".join(say_number(value, digits) for value in values) or NOTHING


def say_share(value: float | None) -> str:
    """A share as a percentage with one decimal."""
    return NOTHING if value is None else f"{value:.1%}"


def say_value(value: Scalar | None) -> str:
    """A parameter's value: floats with four significant digits, flags as yes and no."""
    match value:
        case None:
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.4g}"
    return str(value)


def name_of(path: str) -> str:
    """A parameter's name for people: that of the hyperparameter for one of its alternatives."""
    name, _, place = path.rpartition(".")
    return name if place.isdecimal() else path


def say_params(params: Mapping[str, Scalar]) -> str:
    """A configuration in one line: ``layers 2, l1 off, l2 0.001``; switches are not told twice."""
    said = []
    for name, value in params.items():
        switched = name.removesuffix(".on")
        if switched == name:
            said.append(f"{name_of(name)} {say_value(value)}")
        elif value is False:
            said.append(f"{name_of(switched)} off")
    return ", ".join(said)


def say_domain(domain: Domain) -> str:
    """A domain: ``0.0001 to 0.1, logarithmic`` or ``sgd, adam``."""
    match domain:
        case Choice(choices):
            return ", ".join(say_value(choice) for choice in choices)
        case Float(low, high, log):
            return f"{low:g} to {high:g}{', logarithmic' if log else ''}"
        case Int(low, high, log, step):
            steps = f", steps of {step}" if step != 1 else ""
            return f"{low:,} to {high:,}{', logarithmic' if log else ''}{steps}"


def say_conditions(conditions: Sequence[Condition]) -> str:
    """When a parameter is alive: ``optimizer is sgd``; ``always`` without a condition."""
    clauses = (
        f"{condition.parent} is {' or '.join(say_value(value) for value in condition.values)}"
        for condition in conditions
    )
    return " and ".join(clauses) or "always"


def say_kept_epoch(keeps: Iterable[str]) -> str:
    """What the epoch is called whose weights trainings keep, of one or several kinds."""
    match set(keeps):
        case kinds if "last" not in kinds:
            return "best epoch"
        case kinds if kinds == {"last"}:
            return "last epoch"
    return "kept epoch"


def first_upper(text: str) -> str:
    """Text as a sentence begins."""
    return text[:1].upper() + text[1:]


def an(noun: str) -> str:
    """A noun with its article: ``an AUC``, ``a loss``."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    *some, final = words
    return f"{', '.join(some)} {last} {final}" if some else final


def say_openings(count: int, known: bool) -> str:
    """How often the test rows were opened: ``once``, ``3 times``.

    Args:
        count: How many openings are on record.
        known: Whether there were no others.
    """
    if not known:
        least = f" (at least {say_count(count)})" if count else ""
        return f"an unknown number of times{least}"
    return "once" if count == 1 else f"{say_count(count)} times"


def say_seconds(seconds: float) -> str:
    """A duration a person can read: ``42 s``, ``3 min``, ``1 h 20 min``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def say_phases(seconds: Mapping[str, float]) -> str:
    """Durations by what took them: ``search 3 min, test 12 s``."""
    return ", ".join(f"{phase} {say_seconds(spent)}" for phase, spent in seconds.items())


def say_share_interval(interval: Mapping[str, float | None]) -> str:
    """``[69.2%, 71.0%]``."""
    return f"[{say_share(interval['low'])}, {say_share(interval['high'])}]"


def say_share_estimate(estimate: Mapping[str, float]) -> str:
    """``70.1% [69.2%, 71.0%]``."""
    return f"{say_share(estimate['value'])} {say_share_interval(estimate)}"


def _decimals(value: float, digits: int, sign: str) -> str:
    if abs(digits) > MOST_DIGITS:
        return f"{value:{sign}.4g}"
    return f"{value:{sign},.0f}" if digits <= 0 else f"{value:{sign}.{digits}f}"
