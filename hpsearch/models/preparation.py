"""How rows are prepared for a network: the part of a recipe that is learned from train rows."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Self

from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.space.space import Parameter, Scalar, Space, values_in

#: No bins; and how many bins a column has at most where nothing else is said.
PLAIN, BINS = str(HYPERPARAMETERS["number_encoding"].default), int(HYPERPARAMETERS["bins"].default)


@dataclass(frozen=True, slots=True)
class Preparation:
    """How rows are prepared.

    Attributes:
        scaling: How columns of numbers are scaled.
        target_transform: What a network learns of a target that is a number.
        number_encoding: How columns of numbers are cut into bins, which are features beside them.
        bins: The most bins of a column; without an encoding always the default.
    """

    scaling: str = "standard"
    target_transform: str = "none"
    number_encoding: str = PLAIN
    bins: int = BINS

    def __post_init__(self) -> None:
        if self.number_encoding == PLAIN:
            object.__setattr__(self, "bins", BINS)

    def __repr__(self) -> str:
        """Without an encoding as before there were any, so that a recipe keeps its identity."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        if self.number_encoding == PLAIN:
            del named["number_encoding"], named["bins"]
        return f"Preparation({', '.join(f'{name}={value!r}' for name, value in named.items())})"

    @property
    def encoder(self) -> tuple[str, int] | None:
        """Encoding and most bins; None without an encoding."""
        return None if self.number_encoding == PLAIN else (self.number_encoding, self.bins)

    @property
    def code(self) -> str:
        """Encoding and most bins as a text; empty without an encoding."""
        return "" if self.encoder is None else f"{self.number_encoding} {self.bins}"

    @property
    def of_features(self) -> Self:
        """The part that features depend on, which is all but what is learned of a target."""
        return type(self)(self.scaling, number_encoding=self.number_encoding, bins=self.bins)

    @property
    def without_encoding(self) -> Self:
        """The same rows without bins."""
        return type(self)(self.scaling, self.target_transform)


def width_of(preparation: Preparation, width: int, encoded: Mapping[str, int]) -> int:
    """Number of features.

    Args:
        width: Of rows without bins.
        encoded: Of rows with bins, by ``Preparation.code``.
    """
    return encoded[preparation.code] if preparation.code else width


#: The hyperparameters that a preparation consists of.
NAMES = tuple(field.name for field in fields(Preparation))


def preparation_of(values: Mapping[str, Scalar]) -> Preparation:
    """The preparation that a trial's values name; a missing value has its default."""
    known = {name: values.get(name, HYPERPARAMETERS[name].default) for name in NAMES}
    return Preparation(
        str(known["scaling"]),
        str(known["target_transform"]),
        str(known["number_encoding"]),
        int(known["bins"]),
    )


def searched_preparations(space: Space) -> tuple[Preparation, ...]:
    """All preparations that trials of a space may have, those of default values first."""
    trials: list[dict[str, Scalar]] = [dict(space.constants)]
    for parameter in space.parameters:
        if parameter.name in NAMES:
            trials = [
                grown for trial in trials for grown in _grown(parameter, trial, space.constants)
            ]
    return tuple(dict.fromkeys(map(preparation_of, trials)))


def preparations_of(space: Space) -> tuple[Preparation, ...]:
    """All preparations that networks of a study may have; the first is that of baselines.

    Each that trials may have is there without its encoding, too: for baselines, which have none,
    and for the winner without its bins.
    """
    searched = searched_preparations(space)
    return tuple(dict.fromkeys((*(each.without_encoding for each in searched), *searched)))


def _grown(
    parameter: Parameter, trial: Mapping[str, Scalar], constants: Collection[str]
) -> Iterator[dict[str, Scalar]]:
    """A trial without and with the values of a parameter, as far as conditions allow.

    A condition on what is no part of a preparation holds in some trials, and in some it does not.
    """
    known = [each for each in parameter.when if each.parent in (*NAMES, *constants)]
    holds = all(each.parent in trial and trial[each.parent] in each.values for each in known)
    if not holds or len(known) < len(parameter.when):
        yield dict(trial)
    if holds:
        for value in values_in(parameter.domain, HYPERPARAMETERS[parameter.name].default):
            yield {**trial, parameter.name: value}
