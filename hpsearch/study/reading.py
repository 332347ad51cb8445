"""The study file: read, checked whole, and turned into one frozen ``StudySpec``.

All mistakes of a file are reported at once, each with its place, the rule and what was found. The
plain sections are pydantic models; hyperparameters, which may stand in ``[data]``,
``[network]``, ``[training]`` or ``[space]``, are read by ``space/entries.py``.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hpsearch.errors import Mistake, StudyFileError, did_you_mean, shown
from hpsearch.space.entries import read_hyperparameters
from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.space.named_trials import named_values
from hpsearch.space.reading import BrokenRule
from hpsearch.space.space import Space
from hpsearch.study.cutting_rules import cutting_mistakes
from hpsearch.study.mistakes import explain
from hpsearch.study.overrides import override
from hpsearch.study.preparation_rules import preparation_mistakes
from hpsearch.study.section import StudyTable
from hpsearch.study.sections import (
    DataSection,
    EvaluateSection,
    SearchSection,
    StudySection,
    TrainingSection,
    baselines_of,
)
from hpsearch.study.spec import StudySpec
from hpsearch.study.tagged import NAME, tagged
from hpsearch.study.toml import CONTROL, parse, read_toml
from hpsearch.study.weight_rules import weight_mistakes
from hpsearch.tasks.registry import TASKS

SECTIONS: Mapping[str, type[StudyTable]] = {
    "study": StudySection,
    "data": DataSection,
    "training": TrainingSection,
    "search": SearchSection,
    "evaluate": EvaluateSection,
}

#: Sections with hyperparameters, in the order in which these are read.
HYPERPARAMETER_SECTIONS = ("data", "network", "training", "space")

#: Those of them that have entries of their own, too.
MIXED_SECTIONS = ("data", "training")

#: Entries of ``[data]`` that name files.
PATHS = ("path", "test_path", "validation_path")

#: Entries whose text stands for a table with that name.
SHORT_FORMS: Mapping[str, str] = {
    f"{section}.{key}": NAME for section, model in SECTIONS.items() for key in tagged(model)
}


def read_study(path: Path, overrides: Sequence[str] = ()) -> StudySpec:
    """Read and check a study file.

    Args:
        path: A TOML file of at most 1 MiB; paths in its ``[data]`` start at its folder, and in the
            study at the working folder.
        overrides: ``section.key=value`` entries that replace those of the file, values in TOML
            (bare words are strings), checked the same way.

    Raises:
        StudyFileError: With all mistakes of the file and the overrides.
        UsageError: If the file cannot be read as text.
    """
    tables = read_toml(path)
    _see_from_here(tables, path.parent)
    return check_study(tables, str(path), override(tables, overrides, SHORT_FORMS))


def _see_from_here(tables: Mapping[str, Any], folder: Path) -> None:
    """Let relative paths of the file start at the working folder, in place."""
    data = tables.get("data")
    if not isinstance(data, dict):
        return
    for key in PATHS:
        path = data.get(key)
        if not isinstance(path, str) or CONTROL.search(path):
            continue
        if path.strip() and not path.startswith(("/", "~")):
            data[key] = os.path.normpath(folder / path)


def read_study_text(text: str, file: str, overrides: Sequence[str]) -> StudySpec:
    """Read and check a study that is at hand as text; see ``read_study``."""
    tables = parse(text)
    return check_study(tables, file, override(tables, overrides, SHORT_FORMS))


def check_study(raw: Mapping[str, Any], file: str, mistakes: Sequence[Mistake] = ()) -> StudySpec:
    """Check the parsed tables of a study file; ``file`` names it in messages.

    Raises:
        StudyFileError: With ``mistakes`` found before and all that are found here.
    """
    every = list(mistakes)
    known = (*SECTIONS, *HYPERPARAMETER_SECTIONS)
    tables: dict[str, dict[str, Any]] = {}
    for name, table in raw.items():
        if name not in known:
            every.append(Mistake(name, f"is not a section{did_you_mean(name, known)}"))
        elif not isinstance(table, dict):
            every.append(Mistake(name, f"must be a table, [{name}], got {shown(table)}"))
        else:
            tables[name] = table

    hyperparameters = {
        name: {key: entry for key, entry in tables.get(name, {}).items() if _is_read(name, key)}
        for name in HYPERPARAMETER_SECTIONS
    }
    searched = tables.get("search", {}).get("trials") not in (0, 1)
    space, space_mistakes = read_hyperparameters(hyperparameters, searched=searched)

    sections: dict[str, StudyTable] = {}
    for name, model in SECTIONS.items():
        entries = tables.get(name, {})
        plain = {key: entry for key, entry in entries.items() if not _is_read(name, key)}
        if name == "evaluate" and isinstance(data := sections.get("data"), DataSection):
            plain.setdefault("baselines", [model.name for model in TASKS[data.task].estimators])
        try:
            sections[name] = model.model_validate(plain)
        except ValidationError as error:
            every.extend(explain(name, model, error))
    every.extend(space_mistakes)
    every.extend(_check_together(sections))
    every.extend(preparation_mistakes(sections, space, hyperparameters))
    every.extend(() if space_mistakes else _start_mistakes(sections, space))
    if every:
        raise StudyFileError(file, every)
    return StudySpec.model_validate(
        {**sections, "space": space, "hyperparameters": hyperparameters}
    )


def _is_read(section: str, key: str) -> bool:
    """Whether an entry is a hyperparameter."""
    return section in HYPERPARAMETER_SECTIONS and (
        section not in MIXED_SECTIONS or key in HYPERPARAMETERS
    )


def _start_mistakes(sections: Mapping[str, StudyTable], space: Space) -> Iterator[Mistake]:
    """Rules of the first trials that a study names."""
    match sections:
        case {"search": SearchSection(start=tuple() as start)}:
            for number, named in enumerate(start):
                try:
                    named_values(space, named)
                except BrokenRule as wrong:
                    yield Mistake(f"search.start[{number}].{wrong.key}", str(wrong))


def _check_together(sections: Mapping[str, StudyTable]) -> Iterator[Mistake]:
    """Rules that hold between entries, and between sections."""
    match sections:
        case {"data": DataSection() as data}:
            yield from cutting_mistakes(data)
            yield from _left_out_mistakes(data)
    yield from weight_mistakes(sections)
    match sections:
        case {"data": DataSection() as data, "evaluate": EvaluateSection() as evaluate}:
            known = baselines_of(TASKS[data.task])
            for name in evaluate.baselines:
                if name not in known:
                    yield Mistake(
                        "evaluate.baselines",
                        f"must be for data.task = {data.task!r}: {', '.join(map(repr, known))}; "
                        f"got {shown(name)}",
                    )
    match sections:
        case {"data": DataSection() as data, "search": SearchSection(objective=str() as name)}:
            objectives = [f"val_{metric.name}" for metric in TASKS[data.task].objectives]
            if name not in objectives:
                yield Mistake(
                    "search.objective",
                    f"must be for data.task = {data.task!r} one of "
                    f"{', '.join(map(repr, objectives))}; got {shown(name)}",
                )
    match sections:
        case {"training": TrainingSection() as training, "search": SearchSection() as search}:
            warmup = search.warmup_epochs
            if warmup is not None and warmup > training.epochs:
                yield Mistake(
                    "search.warmup_epochs",
                    f"must be at most training.epochs = {training.epochs}, got {shown(warmup)}",
                )


def _left_out_mistakes(data: DataSection) -> Iterator[Mistake]:
    """Rules of the classes whose rows are left out."""
    if data.leave_out and not TASKS[data.task].classification:
        yield Mistake("data.leave_out", f"names classes, and data.task = {data.task!r} has none")
    for name in data.leave_out or ():
        if name in (data.classes or ()):
            yield Mistake("data.leave_out", f"must not name {shown(name)}, as data.classes has it")
