"""Conditions as a study file writes them: ``when = { optimizer = "sgd", layers = [2, 3] }``.

One that can never hold is a mistake: its parameter would never be searched.
"""

from collections.abc import Sequence
from typing import Any

from hpsearch.errors import did_you_mean, shown
from hpsearch.space.hyperparameter import HYPERPARAMETERS, finite
from hpsearch.space.reading import MOST_VALUES, BrokenRule, Reading
from hpsearch.space.space import Condition, Domain, Float, Scalar, contains


def read_conditions(reading: Reading, when: Any) -> tuple[Condition, ...]:
    """The conditions of an entry; each parent stands before it and can have the value."""
    if not isinstance(when, dict) or not when:
        raise BrokenRule(f"must look like {{ optimizer = 'sgd' }}, got {shown(when)}", "when")
    conditions = []
    for parent, wanted in when.items():
        known = reading.values(parent)
        if known is None and reading.is_wrong(parent):
            continue
        if known is None:
            before = [*reading.constants, *(p.name for p in reading.parameters)]
            raise BrokenRule(
                f"{shown(parent)} is not a parameter before it{did_you_mean(parent, before)}",
                "when",
            )
        values = wanted if isinstance(wanted, list) else [wanted]
        if not values:
            raise BrokenRule(f"must give {shown(parent)} at least one value, got none", "when")
        if len(values) > MOST_VALUES:
            raise BrokenRule(
                f"must have at most {MOST_VALUES:,} values, got {len(values):,}", "when"
            )
        conditions.append(
            Condition(parent, tuple(_reachable(parent, known, value) for value in values))
        )
    _check_together(reading, conditions)
    return tuple(conditions)


def _reachable(parent: str, known: Domain, value: Any) -> Scalar:
    """A value that ``parent`` can have, as it has it: a whole number may stand for a real one."""
    rule = HYPERPARAMETERS.get(parent)
    if rule is not None and rule.kind == "float" and type(value) is int and finite(value):
        value = float(value)
    if not isinstance(value, bool | int | float | str) or not contains(known, value):
        raise BrokenRule(f"{shown(parent)} can never be {shown(value)}", "when")
    if isinstance(known, Float) and known.low < known.high:
        raise BrokenRule(
            f"{shown(parent)} is any number of a range, practically never {shown(value)}; "
            f"make it a choice",
            "when",
        )
    return value


def _check_together(reading: Reading, conditions: Sequence[Condition]) -> None:
    """Refuse conditions that contradict each other, or those under which their parents live."""
    allowed: dict[str, tuple[Scalar, ...]] = {}
    left = list(conditions)
    while left:
        condition = left.pop(0)
        parent, values = condition.parent, condition.values
        if parent not in allowed:
            allowed[parent] = values
            left.extend(reading.when(parent))
            continue
        common = tuple(value for value in allowed[parent] if value in values)
        if not common:
            raise BrokenRule(
                f"can never hold: {shown(parent)} would have to be {_either(allowed[parent])} "
                f"and {_either(values)} at once",
                "when",
            )
        allowed[parent] = common


def _either(values: Sequence[Scalar]) -> str:
    return " or ".join(map(shown, values))
