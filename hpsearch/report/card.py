"""The model card: what the saved model is, what it is worth, and how it is called."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from hpsearch.data.columns import Column as RawColumn
from hpsearch.data.columns import Kind
from hpsearch.data.facts import DataFacts
from hpsearch.errors import shown
from hpsearch.evaluation.outcome import Measured, Outcome, TestResult
from hpsearch.files import write_whole
from hpsearch.report.blocks import Block, Code, Column, Heading, Listing, Paragraph, Table
from hpsearch.report.markdown import escape, render
from hpsearch.report.origin import READ
from hpsearch.report.snippet import plain_keras
from hpsearch.report.threshold import say_rule
from hpsearch.wording import (
    metric_digits,
    say_count,
    say_folds,
    say_interval,
    say_number,
    say_value,
)

#: Beside the model.
CARD = Path("models") / "best.md"

MARK = "<!-- generator: hpsearch -->"

#: What each kind of column holds where the model is called without hpsearch.
VALUES: dict[Kind, str] = {
    "number": "the number; NaN is missing",
    "boolean": "0 or 1; NaN is missing",
    "date": "days since 1970-01-01 with their fraction; NaN is missing",
    "category": 'the text; "" is missing',
    "words": 'the text, whose words the model looks up; "" has none',
}


def write_card(outcome: Outcome, tell: Callable[[str], None] = lambda line: None) -> Path | None:
    """Write the card of the model that the study saved; returns where, or None without a model.

    Args:
        outcome: The study's folder, read.
        tell: Is told where a file of this name, written by somebody else, is left as it is.
    """
    test = outcome.test
    path = outcome.folder / CARD
    if test is None or test.trial is None or not path.with_suffix(".keras").is_file():
        return None
    if path.exists() and not _is_marked(path):
        tell(f"{path} was not written by hpsearch and is left as it is; move it away for the card")
        return None
    title = f"# The model of the study {escape(outcome.spec.study.name)}"
    write_whole(path, f"{MARK}\n\n{title}\n\n{render(list(_blocks(outcome, test)))}\n")
    return path


def _is_marked(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(READ).startswith(MARK.encode())
    except OSError:
        return False


def _blocks(outcome: Outcome, test: TestResult) -> Iterator[Block]:
    data, task = outcome.data, outcome.task
    if outcome.spec.study.description:
        yield Paragraph(outcome.spec.study.description)
    if data.simulated:
        yield Paragraph("The rows are simulated: nothing and nobody ever measured them.")
    yield Heading("What it is")
    yield Paragraph(
        f"From a search over {task.description}: {_say_made(data, test)}. Nothing of it was chosen "
        f"on the {say_count(test.rows)} test rows."
    )
    winner = outcome.winner
    if winner is not None:
        yield Table(
            "Configuration",
            (Column("parameter", header=True), Column("value", "number")),
            [[Code(name), say_value(value)] for name, value in winner.trial.params.items()],
        )
    yield Heading("What it is worth")
    scale = data.target.deviation
    yield Table(
        "Test metrics",
        (
            Column("metric", header=True),
            Column("test", "number", strong=True),
            Column("95 % interval", "number"),
        ),
        [
            [metric.quantity, *_measured(test.metrics[metric.name], metric_digits(metric, scale))]
            for metric in task.test_metrics
        ],
        f"{say_count(test.rows)} test rows; intervals are bootstrapped over them",
    )
    yield Paragraph(
        ("Whether to use it, and what it is compared with, is in ", Code("report.html"), ".")
    )
    yield Heading("What it takes")
    yield Table(
        "Columns",
        (Column("column", header=True), Column("input"), Column("value", "long")),
        [[Code(column.name), _input(column), VALUES[column.kind]] for column in data.columns],
    )
    yield Paragraph(" ".join(_unusual(data.columns)))
    yield Heading("What it gives")
    yield Paragraph(_output(outcome, test))
    yield Heading("How it is called")
    yield Listing(
        f"hpsearch predict {outcome.spec.study.name} --data new.csv --output predictions.csv", "sh"
    )
    yield Paragraph(
        (
            "It matches columns by their names, reads dates and words for missing values, and "
            "refuses what it cannot. In plain Keras, which needs none of hpsearch:",
        )
    )
    yield Listing(plain_keras(data.columns, outcome.spec.data), "python")
    yield Paragraph(
        (
            "Not ",
            Code("model.predict(numbers)"),
            ", which makes float32 of an array of float64: a Unix time is then two minutes wide.",
        )
    )
    yield Paragraph(
        "Tried with Keras 3.8 and 3.15 and TensorFlow 2.18 and 2.21"
        + (
            "; columns of texts need TensorFlow."
            if any(column.is_text for column in data.columns)
            else ", and with JAX, which needs JAX_ENABLE_X64=1 for float64."
        )
    )


def _say_made(data: DataFacts, test: TestResult) -> str:
    """Of which networks the model is the mean, and on which rows they were trained."""
    networks = max(len(data.folds), 1) * test.averaged
    what = f"the mean of {networks} networks" if networks > 1 else "the network"
    seeds = f", trained with {test.averaged} seeds" if test.averaged > 1 else ""
    model = f"{what} of trial {test.trial}{seeds}"
    if data.folds:
        folds = say_folds(len(data.folds), data.repeats)
        return (
            f"{model}, each chosen on one of {folds} of {say_count(data.train_rows)} rows and "
            f"trained on the others, of {data.description}"
        )
    return (
        f"{model}, chosen on {say_count(data.validation_rows)} validation rows and trained on "
        f"{say_count(data.train_rows)} others, of {data.description}"
    )


def _unusual(columns: Sequence[RawColumn]) -> Iterator[str]:
    """What becomes of gaps and of texts that are new."""
    kinds = {column.kind for column in columns}
    if kinds != {"words"}:
        yield (
            "A gap gets the median of the train rows. A text that is infrequent or unknown counts "
            "as any other such text."
        )
    if "words" in kinds:
        yield "Words that are not among the most frequent ones of the train rows are passed over."


def _measured(measured: Measured, digits: int) -> tuple[str, str]:
    interval = say_interval({"low": measured.low, "high": measured.high}, digits)
    return say_number(measured.value, digits), interval


def _input(column: RawColumn) -> Code:
    return Code("texts" if column.is_text else "numbers")


def _output(outcome: Outcome, test: TestResult) -> str:
    task, classes = outcome.task, outcome.data.classes
    if task.gives_probability:
        no, yes = classes or ("0", "1")
        said = f"The probability of {yes!r}."
        if test.calibration is None:
            return said
        return (
            f"{said} A row is called {yes!r} from {test.calibration.threshold:.4f} on, the "
            f"threshold of {say_rule(test.calibration.rule)} on the validation rows, and {no!r} "
            f"below."
        )
    if task.classification:
        return f"The probability of each class, in this order: {', '.join(map(repr, classes))}."
    label = outcome.spec.data.label
    number = shown(label) if isinstance(label, str) else "The number that is predicted"
    return f"{number}, in its own unit."
