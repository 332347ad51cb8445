"""Hyperparameters as a study file writes them: a constant, or a domain, turned into a ``Space``.

In ``[network]`` and ``[training]`` a hyperparameter is a constant; in ``[space]`` it may also be

    { float = [low, high], log = true }          real numbers
    { int = [low, high], step = 16 }             whole numbers
    { choice = ["sgd", "adam"] }                 one of these
    { off_or = [low, high], log = true }         absent, or a real number
    { …, when = { optimizer = "sgd" } }          alive only beside these values
    { int = [16, 512], per_layer = true }        units of each layer by itself
    [{ …, when = … }, { …, when = … }]           one of several domains, by other values

``off_or`` becomes two parameters, ``l1.on`` and ``l1``; ``per_layer`` becomes ``layers.0.units``,
``layers.1.units``, …, each alive while the depth reaches it. A list of constants has a value for
each hidden layer: ``l1 = [0.1, 0]`` becomes ``layers.0.l1`` and ``layers.1.l1``. A list of domains
becomes ``learning_rate.1``, ``learning_rate.2``, …, of which at most one is alive. What follows is
therefore flat.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hpsearch.errors import Mistake, did_you_mean, shown
from hpsearch.space.conditions import read_conditions
from hpsearch.space.domains import read_domain
from hpsearch.space.hyperparameter import HYPERPARAMETERS, Hyperparameter
from hpsearch.space.layered import LAYERED, layer_path
from hpsearch.space.reading import BrokenRule, Reading, read_flag
from hpsearch.space.space import Choice, Condition, Int, Parameter, Scalar, Space

KINDS = ("float", "int", "choice", "off_or")
OPTIONS = ("log", "step", "when", "per_layer")


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
    reading = Reading()
    for section, entries in sections.items():
        for name, entry in entries.items():
            place = f"{section}.{name}"
            try:
                _read_entry(reading, section, name, entry)
            except BrokenRule as wrong:
                key = f".{wrong.key}" if wrong.key else ""
                reading.mistakes.append(Mistake(place + key, str(wrong)))
                reading.wrong.add(name)
            reading.places.setdefault(name, place)
    if searched and not reading.parameters and not reading.mistakes:
        reading.mistakes.append(
            Mistake(
                "space",
                "must hold at least one domain to search, got none; search.trials = 1 trains the "
                "constants alone",
            )
        )
    return Space(tuple(reading.parameters), reading.constants), reading.mistakes


def _read_entry(reading: Reading, section: str, name: str, entry: Any) -> None:
    rule = HYPERPARAMETERS.get(name)
    if rule is None:
        raise BrokenRule(f"is not a hyperparameter{did_you_mean(name, HYPERPARAMETERS)}")
    if name in reading.places:
        raise BrokenRule(f"is already set in {reading.places[name]}; keep one of the two")
    if section not in (rule.section, "space"):
        raise BrokenRule(f"belongs in [{rule.section}], or in [space] to be searched")
    if isinstance(entry, dict):
        if section != "space":
            raise BrokenRule(
                f"must be a constant here; move the domain to [space], got {shown(entry)}"
            )
        _read_parameter(reading, name, rule, entry)
        return
    if isinstance(entry, list) and entry and all(isinstance(each, dict) for each in entry):
        _read_alternatives(reading, section, name, rule, entry)
        return
    if isinstance(entry, list) and name in LAYERED:
        _read_layers(reading, name, rule, entry)
        return
    if complaint := rule.complaint(entry):
        raise BrokenRule(complaint)
    reading.constants[name] = _constant(rule, entry)


def _read_alternatives(
    reading: Reading, section: str, name: str, rule: Hyperparameter, entry: list[dict[str, Any]]
) -> None:
    """Several domains, of which no two are alive at once."""
    if section != "space":
        raise BrokenRule("must be a constant here; move the domains to [space]")
    if name == "layers":
        raise BrokenRule("must have one domain, on which other parameters depend")
    read: list[tuple[Condition, ...]] = []
    for place, domain in enumerate(entry, start=1):
        if "when" not in domain or "per_layer" in domain:
            raise BrokenRule(
                "must have when, and no per_layer, in each of several domains, as in "
                "[{ …, when = { optimizer = 'sgd' } }, { …, when = { optimizer = 'adam' } }]",
                str(place),
            )
        try:
            _read_parameter(reading, f"{name}.{place}", rule, domain)
        except BrokenRule as wrong:
            raise BrokenRule(str(wrong), f"{place}.{wrong.key}".removesuffix(".")) from None
        *_, last = reading.parameters
        for other, when in enumerate(read, start=1):
            if not _exclude(last.when, when):
                raise BrokenRule(
                    f"must be alive only where domain {other} is not; give a parameter of its "
                    f"when other values",
                    f"{place}.when",
                )
        read.append(last.when)
        reading.parameters[-1] = replace(last, alternative_of=name)


def _exclude(one: Sequence[Condition], other: Sequence[Condition]) -> bool:
    """Whether two lists of conditions never hold at once."""
    return any(
        mine.parent == theirs.parent and not set(mine.values) & set(theirs.values)
        for mine in one
        for theirs in other
    )


def _read_layers(reading: Reading, name: str, rule: Hyperparameter, entry: list[Any]) -> None:
    """A constant for each hidden layer."""
    if reading.is_wrong("layers"):
        return
    deepest = _deepest(reading, "")
    if len(entry) != deepest:
        raise BrokenRule(
            f"must list a value for each of {deepest} hidden layers, got {len(entry):,}"
        )
    for layer, value in enumerate(entry):
        if complaint := rule.complaint(value):
            raise BrokenRule(f"{complaint} for hidden layer {layer + 1}")
        reading.constants[layer_path(layer, name)] = _constant(rule, value)


def _constant(rule: Hyperparameter, value: Any) -> Scalar:
    """A value as trials have it: a whole number may stand for a real one."""
    constant: Scalar = float(value) if rule.kind == "float" else value
    return constant


def _read_parameter(
    reading: Reading, name: str, rule: Hyperparameter, entry: Mapping[str, Any]
) -> None:
    for key in entry:
        if key not in (*KINDS, *OPTIONS):
            near = did_you_mean(key, (*KINDS, *OPTIONS))
            raise BrokenRule(f"is not a key of a domain{near}", key)
    kinds = [kind for kind in KINDS if kind in entry]
    if len(kinds) != 1:
        raise BrokenRule(
            f"must have one of {', '.join(KINDS)}, got {' and '.join(kinds) or 'none'}"
        )
    kind = kinds[0]
    domain = read_domain(rule, kind, entry)
    when = read_conditions(reading, entry["when"]) if "when" in entry else ()
    if kind == "off_or":
        if not rule.off:
            raise BrokenRule("cannot be switched off; use float", "off_or")
        switch = f"{name}.on"
        reading.parameters.append(Parameter(switch, Choice((False, True)), when))
        when = (*when, Condition(switch, (True,)))
    if not read_flag(entry, "per_layer"):
        reading.parameters.append(Parameter(name, domain, when))
        return
    if name != "units":
        raise BrokenRule("is for units alone", "per_layer")
    for layer in range(_deepest(reading, "per_layer")):
        depth = _depths_above(reading, layer, "per_layer")
        per_layer = (*when, Condition("layers", depth))
        reading.parameters.append(Parameter(layer_path(layer, name), domain, per_layer))


def _depths_above(reading: Reading, layer: int, key: str) -> tuple[Scalar, ...]:
    """The depths at which a layer exists; ``key`` is where it is told that there are none."""
    match reading.values("layers"):
        case Int(_, high, _, _):
            return tuple(range(layer + 1, high + 1))
        case Choice(choices):
            return tuple(depth for depth in choices if int(depth) > layer)
    default = HYPERPARAMETERS["layers"].default
    raise BrokenRule(f"needs layers before it; add layers = {default}", key)


def _deepest(reading: Reading, key: str) -> int:
    """The largest depth that the space has."""
    depth = 0
    while _depths_above(reading, depth, key):
        depth += 1
    return depth
