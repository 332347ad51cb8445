"""Hyperparameters as a study file writes them: a constant, or a domain, turned into a ``Space``.

In ``[network]`` and ``[training]`` a hyperparameter is a constant; in ``[space]`` it may also be

    { float = [low, high], log = true }          real numbers
    { int = [low, high], step = 16 }             whole numbers
    { choice = ["sgd", "adam"] }                 one of these
    { off_or = [low, high], log = true }         absent, or a real number
    { …, when = { optimizer = "sgd" } }          alive only beside these values
    { int = [16, 512], per_layer = true }        units of each layer by itself

``off_or`` becomes two parameters, ``l1.on`` and ``l1``; ``per_layer`` becomes ``layers.0.units``,
``layers.1.units``, …, each alive while the depth reaches it. What follows is therefore flat.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hpsearch.errors import Mistake, did_you_mean, shown
from hpsearch.space.hyperparameter import HYPERPARAMETERS, Hyperparameter, finite
from hpsearch.space.space import (
    Choice,
    Condition,
    Domain,
    Float,
    Int,
    Parameter,
    Scalar,
    Space,
    contains,
)

KINDS = ("float", "int", "choice", "off_or")
OPTIONS = ("log", "step", "when", "per_layer")
MOST_VALUES = 1_000  # of a choice or a condition; each is looked at beside all others


class _Wrong(Exception):
    """A rule that an entry breaks; ``key`` is the place below the entry."""

    def __init__(self, message: str, key: str = "") -> None:
        self.key = key
        super().__init__(message)


@dataclass
class _Reading:
    """What was read so far."""

    parameters: list[Parameter] = field(default_factory=list)
    constants: dict[str, Scalar] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    wrong: set[str] = field(default_factory=set)
    mistakes: list[Mistake] = field(default_factory=list)

    def values(self, name: str) -> Domain | None:
        """What may stand under ``name``, or None where it does not stand before."""
        if name in self.constants:
            return Choice((self.constants[name],))
        return next((p.domain for p in self.parameters if p.name == name), None)

    def when(self, name: str) -> tuple[Condition, ...]:
        """The conditions of a parameter; a constant has none."""
        return next((p.when for p in self.parameters if p.name == name), ())

    def is_wrong(self, name: str) -> bool:
        """Whether ``name`` stands before, with a mistake that is told at its own place."""
        entry = "units" if name.startswith("layers.") else name.removesuffix(".on")
        return entry in self.wrong


def read_hyperparameters(
    sections: Mapping[str, Mapping[str, Any]], *, searched: bool = True
) -> tuple[Space, list[Mistake]]:
    """Read ``network``, ``training`` and ``space``, in this order.

    Args:
        sections: The three tables.
        searched: Whether there must be something to search.

    Returns:
        The space, and every mistake found; the space is whole only where there is none.
    """
    reading = _Reading()
    for section, entries in sections.items():
        for name, entry in entries.items():
            place = f"{section}.{name}"
            try:
                _read_entry(reading, section, name, entry)
            except _Wrong as wrong:
                key = f".{wrong.key}" if wrong.key else ""
                reading.mistakes.append(Mistake(place + key, str(wrong)))
                reading.wrong.add(name)
            reading.places.setdefault(name, place)
    if searched and not reading.parameters and not reading.mistakes:
        reading.mistakes.append(
            Mistake("space", "must hold at least one domain to search, got none")
        )
    return Space(tuple(reading.parameters), reading.constants), reading.mistakes


def _read_entry(reading: _Reading, section: str, name: str, entry: Any) -> None:
    rule = HYPERPARAMETERS.get(name)
    if rule is None:
        raise _Wrong(f"is not a hyperparameter{did_you_mean(name, HYPERPARAMETERS)}")
    if name in reading.places:
        raise _Wrong(f"is already set in {reading.places[name]}; keep one of the two")
    if isinstance(entry, dict):
        if section != "space":
            raise _Wrong(f"must be a constant here; move the domain to [space], got {shown(entry)}")
        _read_domain(reading, name, rule, entry)
        return
    if complaint := rule.complaint(entry):
        raise _Wrong(complaint)
    reading.constants[name] = float(entry) if rule.kind == "float" else entry


def _read_domain(
    reading: _Reading, name: str, rule: Hyperparameter, entry: Mapping[str, Any]
) -> None:
    for key in entry:
        if key not in (*KINDS, *OPTIONS):
            raise _Wrong(f"is not a key of a domain{did_you_mean(key, (*KINDS, *OPTIONS))}", key)
    kinds = [kind for kind in KINDS if kind in entry]
    if len(kinds) != 1:
        raise _Wrong(f"must have one of {', '.join(KINDS)}, got {' and '.join(kinds) or 'none'}")
    kind = kinds[0]
    domain = _domain(rule, kind, entry)
    when = _conditions(reading, entry["when"]) if "when" in entry else ()
    if kind == "off_or":
        if not rule.off:
            raise _Wrong("cannot be switched off; use float", "off_or")
        switch = f"{name}.on"
        reading.parameters.append(Parameter(switch, Choice((False, True)), when))
        when = (*when, Condition(switch, (True,)))
    if not _flag(entry, "per_layer"):
        reading.parameters.append(Parameter(name, domain, when))
        return
    if name != "units":
        raise _Wrong("is for units alone", "per_layer")
    for layer in range(_deepest(reading)):
        depth = _depths_above(reading, layer)
        per_layer = (*when, Condition("layers", depth))
        reading.parameters.append(Parameter(f"layers.{layer}.units", domain, per_layer))


def _domain(rule: Hyperparameter, kind: str, entry: Mapping[str, Any]) -> Domain:
    log, step = _flag(entry, "log"), entry.get("step", 1)
    if "step" in entry and kind != "int":
        raise _Wrong("belongs to int alone", "step")
    if kind == "choice":
        if log:
            raise _Wrong("belongs to float, int and off_or", "log")
        return _choice(rule, entry["choice"])
    if rule.kind in ("bool", "choice"):
        allowed = ", ".join(rule.choices) or "true, false"
        raise _Wrong(f"is not a number; use choice, of {allowed}", kind)
    low, high = _pair(entry[kind], kind)
    if kind == "int" or rule.kind == "int":
        if kind != "int":
            raise _Wrong(f"takes whole numbers; use int, got {kind}", kind)
        if rule.kind != "int":
            raise _Wrong("takes real numbers; use float, got int", kind)
        for end in (low, high):
            if not isinstance(end, int):
                raise _Wrong(f"must have whole ends, got {shown(end)}", kind)
        whole = isinstance(step, int) and not isinstance(step, bool)
        if not whole or not 1 <= step <= rule.high:
            raise _Wrong(
                f"must be a whole number of at least 1 and at most {rule.high:g}, "
                f"got {shown(step)}",
                "step",
            )
        if log and step != 1:
            raise _Wrong(f"cannot be combined with log, got step = {step}", "step")
    if low > high:
        raise _Wrong(
            f"low must not be above high, got low = {shown(low)}, high = {shown(high)}", kind
        )
    if log and low <= 0:
        raise _Wrong(f"on a log scale low must be above 0, got low = {shown(low)}", kind)
    if kind == "off_or" and low <= 0:
        raise _Wrong(f"low must be above 0, since off is 0 already, got low = {shown(low)}", kind)
    for end in (low, high):
        if complaint := rule.complaint(end):
            raise _Wrong(complaint, kind)
    if kind == "int":
        reachable = int(low) + (int(high) - int(low)) // step * step
        return Int(int(low), reachable, log, step)
    return Float(float(low), float(high), log)


def _choice(rule: Hyperparameter, choices: Any) -> Choice:
    if not isinstance(choices, list) or not choices:
        raise _Wrong(f"must be a list of at least one value, got {shown(choices)}", "choice")
    if len(choices) > MOST_VALUES:
        raise _Wrong(f"must have at most {MOST_VALUES:,} values, got {len(choices):,}", "choice")
    for index, value in enumerate(choices):
        if complaint := rule.complaint(value):
            raise _Wrong(complaint, "choice")
        if value in choices[:index]:
            raise _Wrong(f"must not repeat a value, got {shown(value)} twice", "choice")
    values = (float(value) if rule.kind == "float" else value for value in choices)
    return Choice(tuple(values))


def _pair(ends: Any, kind: str) -> tuple[int | float, int | float]:
    numbers = isinstance(ends, list) and all(
        isinstance(end, int | float) and not isinstance(end, bool) and finite(end) for end in ends
    )
    if not numbers or len(ends) != 2:
        raise _Wrong(f"must be [low, high], two finite numbers, got {shown(ends)}", kind)
    return ends[0], ends[1]


def _flag(entry: Mapping[str, Any], key: str) -> bool:
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise _Wrong(f"must be true or false, got {shown(value)}", key)
    return value


def _conditions(reading: _Reading, when: Any) -> tuple[Condition, ...]:
    if not isinstance(when, dict) or not when:
        raise _Wrong(f"must look like {{ optimizer = 'sgd' }}, got {shown(when)}", "when")
    conditions = []
    for parent, wanted in when.items():
        known = reading.values(parent)
        if known is None and reading.is_wrong(parent):
            continue
        if known is None:
            before = [*reading.constants, *(p.name for p in reading.parameters)]
            raise _Wrong(
                f"{shown(parent)} is not a parameter before it{did_you_mean(parent, before)}",
                "when",
            )
        values = wanted if isinstance(wanted, list) else [wanted]
        if not values:
            raise _Wrong(f"must give {shown(parent)} at least one value, got none", "when")
        if len(values) > MOST_VALUES:
            raise _Wrong(f"must have at most {MOST_VALUES:,} values, got {len(values):,}", "when")
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
        raise _Wrong(f"{shown(parent)} can never be {shown(value)}", "when")
    if isinstance(known, Float) and known.low < known.high:
        raise _Wrong(
            f"{shown(parent)} is any number of a range, practically never {shown(value)}; "
            f"make it a choice",
            "when",
        )
    return value


def _check_together(reading: _Reading, conditions: Sequence[Condition]) -> None:
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
            raise _Wrong(
                f"can never hold: {shown(parent)} would have to be {_either(allowed[parent])} "
                f"and {_either(values)} at once",
                "when",
            )
        allowed[parent] = common


def _either(values: Sequence[Scalar]) -> str:
    return " or ".join(map(shown, values))


def _depths_above(reading: _Reading, layer: int) -> tuple[Scalar, ...]:
    """The depths at which a layer exists."""
    match reading.values("layers"):
        case Int(_, high, _, _):
            return tuple(range(layer + 1, high + 1))
        case Choice(choices):
            return tuple(depth for depth in choices if int(depth) > layer)
    default = HYPERPARAMETERS["layers"].default
    raise _Wrong(f"needs layers before it; add layers = {default}", "per_layer")


def _deepest(reading: _Reading) -> int:
    """The largest depth that the space has."""
    depth = 0
    while _depths_above(reading, depth):
        depth += 1
    return depth
