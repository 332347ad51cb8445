"""What classes and mistakes count, as a study file says it."""

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from hpsearch.study.section import StudyTable


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


class Costs(StudyTable):
    """What a row costs that is called 1 and is 0, and one that is called 0 and is 1."""

    false_positive: Positive
    false_negative: Positive


def _checked_threshold(entry: Any) -> Any:
    if entry in ("accuracy", "f1") or isinstance(entry, Costs):
        return entry
    costs = entry if isinstance(entry, Mapping) else {}
    if costs.keys() == Costs.model_fields.keys() and all(map(_is_positive, costs.values())):
        return entry
    raise PydanticCustomError(
        "rule",
        'must be "accuracy", "f1", or what mistakes cost, finite numbers above 0: '
        "{ false_positive = 1, false_negative = 10 }",
    )


#: By what the probability is chosen from which a row is called 1.
ThresholdRule = Annotated[Literal["accuracy", "f1"] | Costs, BeforeValidator(_checked_threshold)]
