"""What came out, as a reader sees it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from hpsearch.errors import shown
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import (
    Block,
    Bullets,
    Code,
    Column,
    Contents,
    Figure,
    Heading,
    Paragraph,
    Strong,
    Table,
)
from hpsearch.report.scarcity import say_few
from hpsearch.report.section import Values
from hpsearch.report.sections.result.figures import metrics_beside_validation
from hpsearch.tasks.task import Task
from hpsearch.wording import (
    metric_digits,
    say_count,
    say_interval,
    say_number,
    say_openings,
    say_params,
    say_phases,
    say_spread,
    say_value,
)


def result_blocks(outcome: Outcome, values: Values, contents: Contents) -> Sequence[Block]:
    """The winner, the verdict, the contents, the test, and the configuration in full.

    Args:
        values: Those of the whole report.
    """
    return list(_blocks(outcome, values, contents))


def _blocks(outcome: Outcome, values: Values, contents: Contents) -> Iterator[Block]:
    best = values["best"]
    if best:
        words = Strong(f"Trial {best['trial']}"), f": {say_params(best['params'])}"
        yield Paragraph(words, "highlight")
    yield Bullets(values["verdict"], "verdict")
    yield contents
    if values["test"]:
        yield from _test(outcome, values)
    else:
        yield Paragraph(values["absences"]["test"], "absent")
    if best:
        yield Heading("The configuration in full")
        yield _configuration(best)


def _test(outcome: Outcome, values: Values) -> Iterator[Block]:
    test = values["test"]
    yield _metrics(outcome.task, test, values["data"])
    yield from map(Paragraph, say_few(values["scarce"]))
    if test["trial"] is not None:
        validation = test["validation"]
        yield Paragraph(
            (
                "The search chose it for ",
                Code(values["objective"]),
                f" {say_number(validation['search_value'])}; the exported network, the best of its "
                f"seeds by validation, has {say_number(validation['model_value'])} on the same "
                "validation rows.",
            )
        )
    yield Paragraph(
        "Intervals are bootstrapped over the test rows and hold for this one network; seeds show "
        "what training it again would change."
    )
    yield Figure(
        "test",
        "Each metric on its own axis: the exported network with its interval, and below it the "
        "seeds on test and on validation rows.",
        partial(
            metrics_beside_validation, outcome.task, outcome.test.metrics if outcome.test else {}
        ),
    )
    yield Heading("The rows, the time, and the openings of the test")
    yield Paragraph(_say_rows(outcome, values))
    times = say_openings(test["openings"], test["openings_known"])
    yield Paragraph(f"The test rows were opened {times}:")
    yield Bullets([_say_opening(opening) for opening in test["opening_log"]], "numbered")


def _metrics(task: Task, test: Mapping[str, Any], data: Mapping[str, Any]) -> Table:
    scale, folds = data["target"]["deviation"], len(data["folds"])
    network = f"the mean of the {folds} networks" if folds else "the network"
    network = (
        f"{test['reference']}, the best baseline on the validation rows"
        if test["trial"] is None
        else f"{network} of trial {test['trial']}, re-training {test['index']}"
    )
    rows = []
    for metric in task.test_metrics:
        seeds, validation = test["seeds"][metric.name], test["validation"]["seeds"][metric.name]
        digits = metric_digits(metric, scale)
        rows.append(
            [
                metric.label if task.classification else metric.quantity,
                say_number(test[metric.name], digits),
                say_interval(test["intervals"][metric.name], digits),
                say_spread(seeds["mean"], seeds["deviation"], digits),
                say_number(validation["mean"], digits),
            ]
        )
    return Table(
        "Test metrics",
        (
            Column("metric", header=True),
            Column("test", "number", strong=True),
            Column("95 % interval", "number"),
            Column("seeds, mean ± sd", "number"),
            Column("validation, same seeds", "number"),
        ),
        rows,
        f"{say_count(test['rows'])} test rows, {network}",
    )


def _say_rows(outcome: Outcome, values: Values) -> str:
    data, label = outcome.data, outcome.spec.data.label
    target = f", to predict {shown(label)}" if isinstance(label, str) else ""
    seconds = f" It took {say_phases(values['run']['seconds'])}." if "run" in values else ""
    means = (
        " Values and learning curves are means over the folds, and the saved model gives the mean "
        f"of its {len(data.folds)} networks."
        if data.folds
        else ""
    )
    return f"On {data.description}{target}: {data.parts}.{means}{seconds}"


def _say_opening(opening: Mapping[str, Any]) -> str:
    trial = f"for trial {opening['trial']}, " if opening["trial"] is not None else ""
    return f"{trial}{opening['why']}"


def _configuration(best: Mapping[str, Any]) -> Table:
    return Table(
        "Configuration of the winner",
        (Column("parameter", header=True), Column("value", "number"), Column("", "quiet")),
        [
            [Code(name), say_value(value), "searched" if name in best["searched"] else "fixed"]
            for name, value in best["params"].items()
        ],
        f"The configuration of trial {best['trial']}",
    )
