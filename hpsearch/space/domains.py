"""Domains as a study file writes them: ranges on a linear or a log scale, and choices."""

from collections.abc import Mapping
from typing import Any

from hpsearch.errors import shown
from hpsearch.space.hyperparameter import Hyperparameter, finite
from hpsearch.space.reading import MOST_VALUES, BrokenRule, read_flag
from hpsearch.space.space import Choice, Domain, Float, Int


def read_domain(rule: Hyperparameter, kind: str, entry: Mapping[str, Any]) -> Domain:
    """The domain that an entry of this kind gives to a hyperparameter; ``off_or`` gives a range."""
    log, step = read_flag(entry, "log"), entry.get("step", 1)
    if "step" in entry and kind != "int":
        raise BrokenRule("belongs to int alone", "step")
    if kind == "choice":
        if log:
            raise BrokenRule("belongs to float, int and off_or", "log")
        return _choice(rule, entry["choice"])
    if rule.kind in ("bool", "choice"):
        allowed = ", ".join(rule.choices) or "true, false"
        raise BrokenRule(f"is not a number; use choice, of {allowed}", kind)
    low, high = _pair(entry[kind], kind)
    if kind == "int" or rule.kind == "int":
        if kind != "int":
            raise BrokenRule(f"takes whole numbers; use int, got {kind}", kind)
        if rule.kind != "int":
            raise BrokenRule("takes real numbers; use float, got int", kind)
        for end in (low, high):
            if not isinstance(end, int):
                raise BrokenRule(f"must have whole ends, got {shown(end)}", kind)
        whole = isinstance(step, int) and not isinstance(step, bool)
        if not whole or not 1 <= step <= rule.high:
            raise BrokenRule(
                f"must be a whole number of at least 1 and at most {rule.high:.12g}, "
                f"got {shown(step)}",
                "step",
            )
        if log and step != 1:
            raise BrokenRule(f"cannot be combined with log, got step = {step}", "step")
    if low > high:
        raise BrokenRule(
            f"low must not be above high, got low = {shown(low)}, high = {shown(high)}", kind
        )
    if log and low <= 0:
        raise BrokenRule(f"on a log scale low must be above 0, got low = {shown(low)}", kind)
    if kind == "off_or" and low <= 0:
        raise BrokenRule(
            f"low must be above 0, since off is 0 already, got low = {shown(low)}", kind
        )
    for end in (low, high):
        if complaint := rule.complaint(end):
            raise BrokenRule(complaint, kind)
    if kind == "int":
        reachable = int(low) + (int(high) - int(low)) // step * step
        return Int(int(low), reachable, log, step)
    return Float(float(low), float(high), log)


def _choice(rule: Hyperparameter, choices: Any) -> Choice:
    if not isinstance(choices, list) or not choices:
        raise BrokenRule(f"must be a list of at least one value, got {shown(choices)}", "choice")
    if len(choices) > MOST_VALUES:
        raise BrokenRule(
            f"must have at most {MOST_VALUES:,} values, got {len(choices):,}", "choice"
        )
    for index, value in enumerate(choices):
        if complaint := rule.complaint(value):
            raise BrokenRule(complaint, "choice")
        if value in choices[:index]:
            raise BrokenRule(f"must not repeat a value, got {shown(value)} twice", "choice")
    values = (float(value) if rule.kind == "float" else value for value in choices)
    return Choice(tuple(values))


def _pair(ends: Any, kind: str) -> tuple[int | float, int | float]:
    numbers = isinstance(ends, list) and all(
        isinstance(end, int | float) and not isinstance(end, bool) and finite(end) for end in ends
    )
    if not numbers or len(ends) != 2:
        raise BrokenRule(f"must be [low, high], two finite numbers, got {shown(ends)}", kind)
    return ends[0], ends[1]
