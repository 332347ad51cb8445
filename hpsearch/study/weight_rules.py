"""What does not go together in what rows, classes and mistakes count."""

from collections.abc import Iterator, Mapping

from hpsearch.errors import Mistake, did_you_mean, shown
from hpsearch.study.section import StudyTable
from hpsearch.study.sections import DataSection, EvaluateSection, TrainingSection
from hpsearch.tasks.registry import TASKS


def weight_mistakes(sections: Mapping[str, StudyTable]) -> Iterator[Mistake]:
    """What does not go together in the sections of a study that are right by themselves."""
    match sections:
        case {"data": DataSection() as data}:
            yield from _column_mistakes(data)
    match sections:
        case {"data": DataSection() as data, "training": TrainingSection() as training}:
            yield from _class_mistakes(data, training)
    match sections:
        case {"data": DataSection() as data, "evaluate": EvaluateSection(threshold=rule)}:
            if rule is not None and not TASKS[data.task].gives_probability:
                yield Mistake(
                    "evaluate.threshold",
                    f"is of two classes, data.task = 'binary', and data.task is {data.task!r}",
                )


def _column_mistakes(data: DataSection) -> Iterator[Mistake]:
    if data.weight is None:
        return
    for name in ("label", "group", "time", "part"):
        if getattr(data, name) == data.weight:
            yield Mistake(
                "data.weight",
                f"must name another column than data.{name}, got {shown(data.weight)} for both",
            )


def _class_mistakes(data: DataSection, training: TrainingSection) -> Iterator[Mistake]:
    asked = training.class_weights
    if asked is None:
        return
    if not TASKS[data.task].classification:
        yield Mistake(
            "training.class_weights", f"needs classes, and data.task = {data.task!r} has none"
        )
    elif data.classes is not None and asked != "balanced":
        for name in asked:
            if name not in data.classes:
                yield Mistake(
                    f"training.class_weights.{name}",
                    f"is none of data.classes{did_you_mean(name, data.classes)}",
                )
