"""By what a threshold was chosen, in words."""

from hpsearch.study.weights import Costs, ThresholdRule


def say_rule(rule: ThresholdRule) -> str:
    """What is best at the threshold: ``best accuracy``."""
    match rule:
        case "accuracy":
            return "best accuracy"
        case "f1":
            return "best F1"
        case Costs(false_positive=positive, false_negative=negative):
            costs = f"{positive:g} for a false positive, {negative:g} for a false negative"
            return f"least cost ({costs})"
