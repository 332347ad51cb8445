"""How what came out is laid out: winner, verdict, contents, test, openings, configuration."""

from collections.abc import Iterator, Mapping
from typing import Any

from hpsearch.report.blocks import (
    Block,
    Bullets,
    Cell,
    Column,
    Contents,
    Figure,
    Heading,
    Paragraph,
    Span,
    Table,
)
from hpsearch.tasks.task import Task
from hpsearch.wording import (
    say_count,
    say_interval,
    say_number,
    say_openings,
    say_params,
    say_phases,
    say_value,
)


def blocks(task: Task, values: Mapping[str, Any], titles: Mapping[str, str]) -> Iterator[Block]:
    """The part.

    Args:
        values: Of the whole report.
        titles: Of the sections that it has, by their ids.
    """
    best, test = values["best"], values["test"]
    if best:
        trial = Span(f"Trial {best['trial']}", "strong")
        yield Paragraph((trial, Span(f": {say_params(best['params'])}")), "lead")
    yield Bullets(values["verdict"], "verdict")
    yield Contents(titles, values["answers"])
    if test:
        yield from _test(task, values, test)
    else:
        yield Paragraph(values["absences"]["test"], "absent")
    if best:
        yield Heading("The configuration in full")
        yield _configuration(best)


def _test(task: Task, values: Mapping[str, Any], test: Mapping[str, Any]) -> Iterator[Block]:
    yield _metrics(task, test)
    chosen = ""
    if test["trial"] is not None:
        validation = test["validation"]
        chosen = (
            f"The search chose it for {task.objective} {say_number(validation['search_value'])}; "
            "the exported network, the best of its seeds by validation, has "
            f"{say_number(validation['model_value'])} on the same validation rows. "
        )
    yield Paragraph(
        f"{chosen}Intervals are bootstrapped over the test rows and hold for this one network; "
        "seeds show what training it again would change."
    )
    yield Figure(
        "test",
        "Each metric on its own axis: the exported network with its interval, and below it the "
        "seeds on test and on validation rows.",
    )
    data = values["data"]
    yield Heading("The rows, the time, and the openings of the test")
    took = f" It took {say_phases(values['run']['seconds'])}." if "run" in values else ""
    yield Paragraph(
        f"On {data['description']}: {say_count(data['train_rows'])} to train, "
        f"{say_count(data['validation_rows'])} to validate, {say_count(data['test_rows'])} sealed "
        f"for the test.{took}"
    )
    times = say_openings(test["openings"], test["openings_known"])
    yield Paragraph(f"The test rows were opened {times}:")
    yield Bullets(
        [_say_opening(opening) for opening in test["opening_log"]],
        "numbered",
    )


def _say_opening(opening: Mapping[str, Any]) -> str:
    trial = opening["trial"]
    return opening["why"] if trial is None else f"for trial {trial}, {opening['why']}"


def _metrics(task: Task, test: Mapping[str, Any]) -> Table:
    which = (
        f"{test['reference']}, the best baseline on the validation rows"
        if test["trial"] is None
        else f"the network of trial {test['trial']}, re-training {test['index']}"
    )
    rows = []
    for metric in task.test_metrics:
        seeds = test["seeds"][metric.name]
        rows.append(
            [
                metric.label,
                say_number(test[metric.name]),
                say_interval(test["intervals"][metric.name]),
                f"{say_number(seeds['mean'])} ± {say_number(seeds['deviation'])}",
                say_number(test["validation"]["seeds"][metric.name]["mean"]),
            ]
        )
    return Table(
        [
            Column("metric", "name"),
            Column("test", "number", strong=True),
            Column("95 % interval", "number"),
            Column("seeds, mean ± sd", "number"),
            Column("validation, same seeds", "number"),
        ],
        rows,
        "Test metrics",
        f"{say_count(test['rows'])} test rows, {which}",
    )


def _configuration(best: Mapping[str, Any]) -> Table:
    return Table(
        [Column("parameter", "name"), Column("value", "number"), Column("", "quiet")],
        [
            [
                Cell(name, style="code"),
                say_value(value),
                "searched" if name in best["searched"] else "fixed",
            ]
            for name, value in best["params"].items()
        ],
        "Configuration of the winner",
        f"Trial {best['trial']}",
    )
