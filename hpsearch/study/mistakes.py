"""Pydantic's errors in the words of a study file: the place, the rule and what was found."""

import re
from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hpsearch.errors import Mistake, did_you_mean, shown
from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.study.section import StudyTable
from hpsearch.study.tagged import tagged

#: What people ask for that is not there, by its place: what they may do instead.
INSTEAD = {
    "training.rows": "is not there: each trial trains on all train rows, and pruners have epochs "
    "as their budget; lower data.train for fewer rows",
}


def explain(section: str, model: type[StudyTable], error: ValidationError) -> Iterator[Mistake]:
    """The mistakes of a section, one for each place."""
    places: set[str] = set()
    for detail in error.errors(include_url=False):
        place, keys = _place(section, model, detail)
        if place not in places:  # a union has one error for each member
            places.add(place)
            yield Mistake(place, INSTEAD.get(place) or _rule(detail, keys))


def _place(section: str, model: type[StudyTable], detail: ErrorDetails) -> tuple[str, list[str]]:
    """Where an error stands, and the keys that are known there."""
    key, *below = (str(part) for part in detail["loc"]) if detail["loc"] else ("",)
    place = f"{section}.{key}" if key else section
    match tagged(model).get(key), below:
        case dict(models), [name, option, *_]:  # pydantic puts the table's name between the two
            return f"{place}.{option}", list(models[name].model_fields)
    hyperparameters = [each.name for each in HYPERPARAMETERS.values() if each.section == section]
    return place, [*model.model_fields, *hyperparameters]


def _rule(detail: ErrorDetails, keys: list[str]) -> str:
    got = shown(detail["input"])
    match detail["type"]:
        case "extra_forbidden":
            *table, key = map(str, detail["loc"])
            rule = f"an option of {shown(table[-1])}" if table else "a key of this section"
            return f"is not {rule}{did_you_mean(key, keys)}"
        case "missing":
            return "is required and not there"
        case "path":
            return detail["msg"]
        case "rule":
            return f"{detail['msg']}, got {got}"
        case "literal_error":
            return f"must be one of {detail['ctx']['expected']}, got {got}"
        case "union_tag_invalid":
            *some, last = str(detail["ctx"]["expected_tags"]).split(", ")
            return f"must be one of {', '.join(some)} or {last}, got {shown(detail['ctx']['tag'])}"
        case "string_unicode":
            return f"must be text, got {got}"
        case "string_pattern_mismatch":
            return (
                "must be 1 to 64 lower-case letters, digits, - or _, "
                f"a letter or digit first, got {got}"
            )
    rule = re.sub(r"^Input should be (a valid )?", "", detail["msg"])
    words = {"integer": "a whole number", "string": "text", "boolean": "true or false"}
    rule = re.sub(r"greater than or equal to", "at least", rule)
    rule = re.sub(r"less than or equal to", "at most", rule)
    return f"must be {words.get(rule, rule)}, got {got}"
