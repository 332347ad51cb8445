"""A space and its values in KerasTuner's terms, and back."""

from typing import Any

from hpsearch.space.space import Choice, Float, Int, Parameter, Scalar, Space


def configuration(space: Space) -> dict[str, Any]:
    """A space in the form that ``HyperParameters.from_config`` reads.

    KerasTuner knows conditions on parameters, not on constants: those are decided here. It takes
    True for 1 and wants choices of one type: here they are numbers, 0 for the first.
    """
    domains = {parameter.name: parameter.domain for parameter in space.parameters}
    described: list[dict[str, Any]] = []
    for parameter in space.parameters:
        conditions = []
        for condition in parameter.when:
            if condition.parent in domains:
                parent = domains[condition.parent]
                values = _codes(parent, condition.values)
                conditions.append({"name": condition.parent, "values": values})
            elif not space.alive(Parameter(parameter.name, parameter.domain, (condition,)), {}):
                break
        else:
            if all(condition["values"] for condition in conditions):
                described.append(_describe(parameter, conditions))
    return {"space": described, "values": {}}


def _describe(parameter: Parameter, conditions: list[dict[str, Any]]) -> dict[str, Any]:
    config: dict[str, Any] = {
        "name": parameter.name,
        "conditions": [{"class_name": "Parent", "config": condition} for condition in conditions],
    }
    match parameter.domain:
        case Choice(choices):
            config["values"] = list(range(len(choices)))
            return {"class_name": "Choice", "config": config}
        case Float(low, high, log):
            config |= {"min_value": low, "max_value": high, "sampling": "log" if log else "linear"}
            return {"class_name": "Float", "config": config}
        case Int(low, high, log, step):
            config |= {"min_value": low, "max_value": high, "sampling": "log" if log else "linear"}
            config["step"] = None if log else step
            return {"class_name": "Int", "config": config}


def _codes(domain: object, values: tuple[Scalar, ...]) -> list[Scalar]:
    """The values of a condition on a parameter of ``domain``, as KerasTuner has them."""
    if isinstance(domain, Choice):
        return [place for place, choice in enumerate(domain.choices) if choice in values]
    return list(values)


def to_code(domain: object, value: Scalar) -> Scalar:
    """A trial's value as KerasTuner has it."""
    return domain.choices.index(value) if isinstance(domain, Choice) else value


def from_code(domain: Float | Int | Choice, value: Any) -> Scalar:
    """KerasTuner's value as ours: at the upper end it may overstep by rounding, integers by 1."""
    match domain:
        case Choice(choices):
            return choices[int(value)]
        case Float(low, high):
            return min(max(float(value), low), high)
        case Int(low, high):
            return min(max(int(value), low), high)
