"""What is odd about the rows, and how they were cut, in words."""

from collections.abc import Iterator, Sequence

from hpsearch.data.facts import DataFacts
from hpsearch.data.inspection.notice import Notice
from hpsearch.errors import shown
from hpsearch.report.classes import ClassNames
from hpsearch.study.cutting import reads_prefix
from hpsearch.study.sections import DataSection
from hpsearch.tasks.task import Task
from hpsearch.wording import listed, say_count

#: What a notice is about, in a few words.
_SHORT = {
    "index": "an index column",
    "sole_predictor": "a column that tells the label alone",
    "sole_predictors": "more columns that tell the label alone",
    "duplicates_across_the_seal": "test rows that also train",
    "duplicates": "duplicates",
    "sorted_labels": "rows sorted by their label",
    "few_test_rows": "few test rows",
    "rare_classes": "rare classes",
    "scarce_classes": "classes of few rows to choose by or to test on",
    "identifier": "identifiers",
    "constant": "constant columns",
    "empty": "empty columns",
    "gaps": "columns with more gaps than values",
}


def say_answer(notices: Sequence[Notice]) -> str:
    """What was found, in one sentence."""
    if not notices:
        return "Nothing odd was found in the rows."
    kinds = dict.fromkeys(_SHORT.get(notice.kind, notice.kind) for notice in notices)
    things = "thing" if len(notices) == 1 else "things"
    return f"{say_count(len(notices))} {things} to know of the rows: {listed(list(kinds))}."


def say_cut(data: DataSection, task: Task) -> str:
    """Which rows are for what, and what decided it."""
    if data.test_path is not None:
        both = " and so are the validation rows" if data.validation_path is not None else ""
        return f"The test rows are a file of their own{both}."
    if data.part is not None:
        return f"The column {data.part!r} says of each row which part it is in."
    if data.group is not None:
        return (
            f"Rows with the same value of {data.group!r} are all in one part, so the test rows are "
            f"of groups that the model never saw."
        )
    if data.time is not None:
        return (
            f"By {data.time!r}, the latest rows are the test, those before them validate, and "
            f"the earlier ones train."
        )
    if data.stratify and task.classification:
        return (
            "The rows were shuffled by the study's seed, and the classes have the same shares in "
            "all parts. The test was cut first."
        )
    if data.shuffle:
        return "The rows were shuffled by the study's seed. The test was cut first."
    if reads_prefix(data.source):
        return "The first rows validate, the next train, and the next are the test."
    return "In the order of their source, the first rows validate and the last are the test."


def say_weights(data: DataFacts) -> Iterator[str]:
    """What rows and classes count; nothing where all count alike."""
    if data.weight is not None:
        yield (
            f"Rows count by the column {shown(data.weight)}: in training, in all metrics, their "
            f"differences and intervals, and for the threshold. Counts of rows, as in a confusion "
            f"matrix, and shares and errors by bins of rows count each of them once."
        )
    if data.class_weights:
        names = ClassNames(data.classes)
        weights = [
            f"{weight:.3g} for {names.rows(place)}"
            for place, weight in enumerate(data.class_weights)
        ]
        yield (
            f"In training a row counts {listed(weights)}; no metric counts that. Probabilities of "
            f"classes that count more come out too high."
        )


def say_looked(task: Task) -> str:
    """What was looked for."""
    classes = ", rare classes" if task.classification else ", few test rows"
    return (
        "Before training, the rows are searched for index columns, columns that tell the label "
        f"alone, duplicates, identifiers, constant and mostly missing columns{classes} and "
        "an order by label. Labels of test rows are never held against a feature."
    )
