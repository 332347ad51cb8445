"""What does not go together in how rows are prepared."""

from collections.abc import Iterator, Mapping
from typing import Any

from hpsearch.errors import Mistake, shown
from hpsearch.models.preparation import searched_preparations
from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.space.space import Space
from hpsearch.study.section import StudyTable
from hpsearch.study.sections import DataSection
from hpsearch.tasks.registry import TASKS

#: In so many ways a study may prepare features: each is kept beside the others.
MOST_WAYS = 16

#: What features depend on.
_OF_FEATURES = ("bins", "number_encoding", "scaling")


def preparation_mistakes(
    sections: Mapping[str, StudyTable], space: Space, written: Mapping[str, Mapping[str, Any]]
) -> Iterator[Mistake]:
    """What does not go together in hyperparameters that are right by themselves.

    Args:
        sections: Those that are right by themselves.
        written: The hyperparameters as they stand in the sections of the file.
    """
    yield from _transform_mistakes(sections, space, written)
    ways = {each.of_features for each in searched_preparations(space)}
    if len(ways) > MOST_WAYS:
        searched = {name: len(_values(space, name)) for name in _OF_FEATURES}
        name = max(searched, key=lambda each: searched[each])
        product = " x ".join(f"{count} of {each}" for each, count in searched.items() if count > 1)
        yield Mistake(
            _place(name, written),
            f"must leave at most {MOST_WAYS} ways to prepare features, as each is kept beside the "
            f"others, got {len(ways)} ({product}); search a choice of fewer values",
        )


def _transform_mistakes(
    sections: Mapping[str, StudyTable], space: Space, written: Mapping[str, Mapping[str, Any]]
) -> Iterator[Mistake]:
    match sections:
        case {"data": DataSection(task=task)} if TASKS[task].classification:
            name = "target_transform"
            for section, entries in written.items():
                if name in entries and "log" in _values(space, name):
                    yield Mistake(
                        f"{section}.{name}",
                        f"must be 'none' for data.task = {task!r}, got {shown(entries[name])}; "
                        f"classes have no logarithm",
                    )


def _values(space: Space, name: str) -> tuple[Any, ...]:
    return space.values_of(name, HYPERPARAMETERS[name].default)


def _place(name: str, written: Mapping[str, Mapping[str, Any]]) -> str:
    return next(f"{section}.{name}" for section, entries in written.items() if name in entries)
