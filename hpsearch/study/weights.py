"""What classes and mistakes count, as a study file says it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError


def _is_positive(number: Any) -> bool:
    return type(number) in (int, float) and number > 0 and math.isfinite(number)


def _checked_classes(entry: Any) -> Any:
    if entry == "balanced":
        return entry
    if isinstance(entry, Mapping) and entry and all(map(_is_positive, entry.values())):
        return entry
    raise PydanticCustomError(
        "rule", 'must be "balanced", or finite numbers above 0 by class: { no = 1, yes = 10 }'
    )


Positive = Annotated[float, Field(gt=0)]

#: What classes count in the loss: each as much in all its train rows together as any other, or
#: numbers by their names; a class that is not named counts 1.
ClassWeights = Annotated[
    Literal["balanced"] | Mapping[str, Positive], BeforeValidator(_checked_classes)
]


@dataclass(frozen=True, slots=True)
class Costs:
    """What a row costs that is called 1 and is 0, and one that is called 0 and is 1; above 0."""

    false_positive: float
    false_negative: float


_COSTS = {field.name for field in fields(Costs)}


def _checked_threshold(entry: Any) -> Any:
    if entry in ("accuracy", "f1") or isinstance(entry, Costs):
        return entry
    costs = entry if isinstance(entry, Mapping) else {}
    if costs.keys() == _COSTS and all(map(_is_positive, costs.values())):
        return Costs(**{name: float(cost) for name, cost in costs.items()})
    raise PydanticCustomError(
        "rule",
        'must be "accuracy", "f1", or what mistakes cost, finite numbers above 0: '
        "{ false_positive = 1, false_negative = 10 }",
    )


#: By what the probability is chosen from which a row is called 1.
ThresholdRule = Annotated[Literal["accuracy", "f1"] | Costs, BeforeValidator(_checked_threshold)]
