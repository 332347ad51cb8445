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
    Span,
    Strong,
    Table,
)
from hpsearch.report.scarcity import say_few
from hpsearch.report.section import Values
from hpsearch.report.sections.result.figures import metrics_beside_validation
from hpsearch.report.sections.result.models import saved_models
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
        yield Paragraph(_say_validation(values["objective"], test))
    yield Paragraph(
        "Intervals are bootstrapped over the test rows and hold for this one model; seeds show "
        "what training a single network again would change."
    )
    yield Figure(
        "test",
        "Each metric on its own axis: the exported model with its interval, and below it the "
        "seeds on test and on validation rows.",
        partial(
            metrics_beside_validation, outcome.task, outcome.test.metrics if outcome.test else {}
        ),
    )
    yield from saved_models(outcome.task, values["data"]["target"]["deviation"], test)
    yield Heading("The rows, the time, and the openings of the test")
    yield Paragraph(_say_rows(outcome, values))
    times = say_openings(test["openings"], test["openings_known"])
    yield Paragraph(f"The test rows were opened {times}:")
    yield Bullets([_say_opening(opening) for opening in test["opening_log"]], "numbered")


def _say_validation(objective: str, test: Mapping[str, Any]) -> tuple[Span, ...]:
    """What the exported model has on the validation rows, beside what the search chose it for."""
    validation, averaged = test["validation"], test["averaged"]
    chosen = (
        f"The search chose trial {test['trial']} for ",
        Code(objective),
        f" {say_number(validation['search_value'])}",
    )
    if averaged == 1:
        return (
            *chosen,
            "; the exported network, the best of its seeds by validation, has "
            f"{say_number(validation['model_value'])} on the same validation rows.",
        )
    return (
        *chosen,
        f", the value of one network. What is exported is the mean of {averaged} networks, each "
        f"trained with a fresh seed; it has {say_number(validation['model_value'])} on the same "
        "validation rows. The two are values of different kinds of models: what the mean gains "
        "over a network is no luck of the search.",
    )


def _metrics(task: Task, test: Mapping[str, Any], data: Mapping[str, Any]) -> Table:
    scale, folds = data["target"]["deviation"], len(data["folds"])
    networks = max(folds, 1) * test["averaged"]
    network = f"the mean of the {networks} networks" if networks > 1 else "the network"
    network = (
        f"{test['reference']}, the best baseline on the validation rows"
        if test["trial"] is None
        else f"{network} of trial {test['trial']}, {_say_seeds(test, folds)}"
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


def _say_seeds(test: Mapping[str, Any], folds: int) -> str:
    if test["averaged"] == 1:
        return f"re-training {test['index']}"
    seeds = f"{test['averaged']} seeds"
    return f"{seeds} on each of {folds} folds" if folds else seeds


def _say_rows(outcome: Outcome, values: Values) -> str:
    data, label = outcome.data, outcome.spec.data.label
    target = f", to predict {shown(label)}" if isinstance(label, str) else ""
    seconds = f" It took {say_phases(values['run']['seconds'])}." if "run" in values else ""
    means = (
        " Values and learning curves are means over the folds, and the saved model gives the mean "
        "of the networks of all of them."
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
