"""A search space: a flat, ordered list of parameters, some of which live only under others.

Names are paths (``l1``, ``l1.on``, ``layers.0.units``). A parameter's conditions name parameters
that stand before it, so that one pass in order decides which are alive.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Scalar = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Float:
    """Real numbers from ``low`` to ``high``, both included; uniform in the logarithm if ``log``."""

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True, slots=True)
class Int:
    """Whole numbers ``low``, ``low + step``, … up to ``high``; a log scale has step 1."""

    low: int
    high: int
    log: bool = False
    step: int = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """One of finitely many values without an order."""

    choices: tuple[Scalar, ...]


Domain = Float | Int | Choice


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds where the parameter ``parent`` has one of ``values``."""

    parent: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named domain that is alive where all its conditions hold.

    Attributes:
        alternative_of: The hyperparameter of which this is one of several ranges, of which at most
            one is alive; None for the only one.
    """

    name: str
    domain: Domain
    when: tuple[Condition, ...] = ()
    alternative_of: str | None = None


@dataclass(frozen=True)
class Space:
    """The parameters of a study in the order in which they are asked, and its constants.

    A condition may name a constant; the parameter is then alive in every trial or in none.
    """

    parameters: tuple[Parameter, ...]
    constants: Mapping[str, Scalar]

    def alive(self, parameter: Parameter, values: Mapping[str, Scalar]) -> bool:
        """Whether ``parameter`` lives beside the ``values`` of those that stand before it."""
        known = {**self.constants, **values}
        return all(
            condition.parent in known and known[condition.parent] in condition.values
            for condition in parameter.when
        )

    def walk(self, values: dict[str, Scalar]) -> Iterator[Parameter]:
        """Yield the live parameters in order; the caller puts each one's value into ``values``."""
        for parameter in self.parameters:
            if self.alive(parameter, values):
                yield parameter

    def values_of(self, name: str, default: Scalar) -> tuple[Scalar, ...]:
        """All values that a hyperparameter may have in a trial, the default first.

        Args:
            default: Its value in trials without it; first if it is among them.

        Raises:
            ValueError: If it is any real number of a range.
        """
        parameter = next((each for each in self.parameters if each.name == name), None)
        if parameter is None:
            return (self.constants.get(name, default),)
        known = values_in(parameter.domain, default)
        return known if default in known or not parameter.when else (default, *known)

    def complete(self, values: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """The values of a trial together with the study's constants, by hyperparameter.

        The value of an alternative stands under the hyperparameter's own name alone.
        """
        names = {each.name: each.alternative_of or each.name for each in self.parameters}
        return {**self.constants, **{names.get(name, name): values[name] for name in values}}


def values_in(domain: Domain, first: Scalar) -> tuple[Scalar, ...]:
    """All values of a domain, ``first`` before the others if it is one of them.

    Raises:
        ValueError: If it is a range of real numbers.
    """
    match domain:
        case Choice(choices):
            values = choices
        case Int(low, high, _, step):
            values = tuple(range(low, high + 1, step))
        case Float():
            raise ValueError("real numbers of a range are too many to list")
    return tuple(sorted(values, key=lambda value: value != first))


def contains(domain: Domain, value: Scalar) -> bool:
    """Whether ``value`` belongs to ``domain``; a bool is never a number."""
    match domain:
        case Choice(choices):
            return any(value == choice and type(value) is type(choice) for choice in choices)
        case Float(low, high):
            return isinstance(value, float) and low <= value <= high
        case Int(low, high, _, step):
            if not isinstance(value, int) or isinstance(value, bool):
                return False
            return low <= value <= high and (value - low) % step == 0
