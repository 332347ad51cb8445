"""The study file: read, checked whole, and turned into one frozen ``StudySpec``.

All mistakes of a file are told at once, each with its place, the rule and what was found. The plain
sections are pydantic models; hyperparameters, which may stand in ``[network]``, ``[training]`` or
``[space]``, are read by ``domains.py``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import (
    ValidationError,
)
from pydantic_core import ErrorDetails

from hpsearch.errors import Mistake, StudyFileError, did_you_mean, shown
from hpsearch.space.domains import read_hyperparameters
from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.study.sections import (
    DataSection,
    EvaluateSection,
    SearchSection,
    Section,
    StudySection,
    TrainingSection,
)
from hpsearch.study.spec import StudySpec
from hpsearch.study.toml import override, parse, read_tables

SECTIONS: Mapping[str, type[Section]] = {
    "study": StudySection,
    "data": DataSection,
    "training": TrainingSection,
    "search": SearchSection,
    "evaluate": EvaluateSection,
}


def read_study(path: Path, overrides: Sequence[str] = ()) -> StudySpec:
    """Read and check a study file.

    Args:
        path: A TOML file of at most 1 MiB.
        overrides: ``section.key=value`` entries that replace those of the file, values in TOML
            (bare words are strings), checked the same way.

    Raises:
        StudyFileError: With all mistakes of the file and the overrides.
        UsageError: If the file cannot be read as text.
    """
    tables, mistakes = read_tables(path, overrides)
    return check_study(tables, str(path), mistakes)


def read_study_text(text: str, file: str, overrides: Sequence[str]) -> StudySpec:
    """Read and check a study that is at hand as text; see ``read_study``."""
    tables, mistakes = override(parse(text), overrides)
    return check_study(tables, file, mistakes)


def check_study(raw: Mapping[str, Any], file: str, mistakes: Sequence[Mistake] = ()) -> StudySpec:
    """Check the parsed tables of a study file; ``file`` names it in messages.

    Raises:
        StudyFileError: With ``mistakes`` found before and all that are found here.
    """
    found = list(mistakes)
    known = (*SECTIONS, "network", "space")
    tables: dict[str, dict[str, Any]] = {}
    for name, table in raw.items():
        if name not in known:
            found.append(Mistake(name, f"is not a section{did_you_mean(name, known)}"))
        elif not isinstance(table, dict):
            found.append(Mistake(name, f"must be a table, [{name}], got {shown(table)}"))
        else:
            tables[name] = table

    hyperparameters = {
        section: {
            key: value
            for key, value in tables.get(section, {}).items()
            if section != "training" or key in HYPERPARAMETERS
        }
        for section in ("network", "training", "space")
    }
    searched = tables.get("search", {}).get("trials") != 0
    space, space_mistakes = read_hyperparameters(hyperparameters, searched=searched)

    checked: dict[str, Section] = {}
    for name, model in SECTIONS.items():
        table = {
            key: value
            for key, value in tables.get(name, {}).items()
            if not (name == "training" and key in HYPERPARAMETERS)
        }
        try:
            checked[name] = model.model_validate(table)
        except ValidationError as error:
            found.extend(_explain(name, model, error))
    found.extend(space_mistakes)
    found.extend(_check_together(checked))
    if found:
        raise StudyFileError(file, found)
    return StudySpec.model_validate({**checked, "space": space, "hyperparameters": hyperparameters})


def _check_together(checked: Mapping[str, Section]) -> Iterator[Mistake]:
    """Rules that hold between sections."""
    match checked:
        case {"training": TrainingSection() as training, "search": SearchSection() as search}:
            warmup = search.warmup_epochs
            if warmup is not None and warmup > training.epochs:
                yield Mistake(
                    "search.warmup_epochs",
                    f"must be at most training.epochs = {training.epochs}, got {shown(warmup)}",
                )


def _explain(section: str, model: type[Section], error: ValidationError) -> Iterator[Mistake]:
    """Pydantic's errors by the house rules."""
    told: set[str] = set()
    for detail in error.errors(include_url=False):
        key = str(detail["loc"][0]) if detail["loc"] else ""
        place = f"{section}.{key}" if key else section
        if place not in told:  # a union tells one error a member
            told.add(place)
            yield Mistake(place, _rule(detail, key, model))


def _rule(detail: ErrorDetails, key: str, model: type[Section]) -> str:
    found = shown(detail["input"])
    match detail["type"]:
        case "extra_forbidden":
            return f"is not a key of this section{did_you_mean(key, model.model_fields)}"
        case "missing":
            return "is required and not there"
        case "rule":
            return f"{detail['msg']}, got {found}"
        case "literal_error":
            return f"must be one of {detail['ctx']['expected']}, got {found}"
        case "string_unicode":
            return f"must be text, got {found}"
        case "string_pattern_mismatch":
            return (
                "must be 1 to 64 lower-case letters, digits, - or _, "
                f"a letter or digit first, got {found}"
            )
    rule = re.sub(r"^Input should be (a valid )?", "", detail["msg"])
    words = {"integer": "a whole number", "string": "text", "boolean": "true or false"}
    rule = re.sub(r"greater than or equal to", "at least", rule)
    rule = re.sub(r"less than or equal to", "at most", rule)
    return f"must be {words.get(rule, rule)}, got {found}"
