"""Trials that a study file names by their hyperparameters, as values of its space."""

from collections.abc import Mapping

from hpsearch.errors import shown
from hpsearch.space.layered import entry_of
from hpsearch.space.reading import BrokenRule
from hpsearch.space.space import Float, Scalar, Space, contains

__all__ = ["named_values"]


def named_values(space: Space, named: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """The values of the parameters that live in a trial, in their order.

    Args:
        named: Hyperparameters as a constant names them: ``units = 16`` is the width of each layer.
            One that may be off, and is not named, is off.

    Raises:
        BrokenRule: If a live parameter has no value, one outside its domain, or a name stands for
            no live parameter; its key is the hyperparameter.
    """
    values: dict[str, Scalar] = {}
    used: set[str] = set()
    for parameter in space.walk(values):
        name = entry_of(parameter.name)
        used.add(name)
        if parameter.name.endswith(".on"):
            values[parameter.name] = name in named
            continue
        if name not in named:
            raise BrokenRule("is searched, so that the trial must have a value of it", name)
        value = named[name]
        if isinstance(parameter.domain, Float) and type(value) is int:
            value = float(value)
        if not contains(parameter.domain, value):
            raise BrokenRule(f"must be a value that is searched, got {shown(value)}", name)
        values[parameter.name] = value
    if unused := [name for name in named if name not in used]:
        raise BrokenRule("is not searched beside these values", unused[0])
    return values
