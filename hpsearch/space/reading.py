"""What was read so far of a study file's hyperparameters, and the rule that an entry breaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hpsearch.errors import Mistake, shown
from hpsearch.space.layered import entry_of
from hpsearch.space.space import Choice, Condition, Domain, Parameter, Scalar

#: Values of a choice or a condition; each is compared with all others.
MOST_VALUES = 1_000


class BrokenRule(Exception):
    """A rule that an entry breaks; ``key`` is the place below the entry."""

    def __init__(self, message: str, key: str = "") -> None:
        self.key = key
        super().__init__(message)


@dataclass
class Reading:
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
        return entry_of(name) in self.wrong


def read_flag(entry: Mapping[str, Any], key: str) -> bool:
    """An entry that is true or false, false where it is not there."""
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise BrokenRule(f"must be true or false, got {shown(value)}", key)
    return value
