"""What to believe, in plain sentences that follow from the report's numbers by stated rules."""

from collections.abc import Iterator, Mapping
from typing import Any

from hpsearch.report.scarcity import say_scarcity
from hpsearch.tasks.task import Task
from hpsearch.wording import (
    an,
    first_upper,
    metric_digits,
    say_count,
    say_interval,
    say_number,
    say_openings,
    say_signed,
)


def judge(task: Task, values: Mapping[str, Any]) -> list[str]:
    """Sentences on what the values of a report mean, the most important first."""
    return list(_sentences(task, values))


def _sentences(task: Task, values: Mapping[str, Any]) -> Iterator[str]:
    best, test = values["best"], values["test"]
    scarce = [say_scarcity(values["scarce"])] if values["scarce"] else []
    if values["notice"]:
        yield (
            "The rows are simulated, so these numbers show that the search works; "
            "they say nothing about measured rows."
        )
    if test is None:
        yield _untested(values, best) if best else values["absences"]["best"]
        yield from scarce
        return
    if answer := _answer(task, values["data"]["chance"], test, values.get("baselines")):
        yield answer
    yield _believe(task, values["data"], test)
    yield from _better_models(task, values["data"], test)
    yield from scarce
    if tie := _tie(task, values["leaderboard"]):
        yield tie
    yield _openings(test["openings"], test["openings_known"])


def _untested(values: Mapping[str, Any], best: Mapping[str, Any]) -> str:
    return (
        f"Trial {best['trial']} leads with {values['objective']} "
        f"{say_number(best['search_value'])} on the validation rows by which it was chosen. "
        "That flatters it: believe no number before the test rows have been opened."
    )


def _answer(
    task: Task,
    chance: Mapping[str, float],
    test: Mapping[str, Any],
    baselines: Mapping[str, Any] | None,
) -> str | None:
    """Whether to use the model: by chance's ranking first, then by the baselines."""
    ranking = task.ranking_metric
    interval = test["intervals"][ranking.name]
    reached = chance.get(ranking.name)
    if reached is not None and interval["low"] <= reached:
        return (
            f"Do not use it: the interval of its {ranking.label} reaches {reached:g}, what "
            "chance alone has, so the model is not better than chance."
        )
    if baselines is None:
        return None
    rows = baselines["baselines"]
    labels = {
        verdict: [row["label"] for row in rows if row["verdict"] == verdict]
        for verdict in ("better", "not distinguishable")
    }
    label = first_upper(baselines["reference"]["label"])
    if better := labels["better"]:
        also = f" So {'is' if len(better) == 2 else 'are'} {'; '.join(better[1:])}."
        return (
            f"Use the baseline {better[0]} instead of {test['reference']}: it is better on the "
            f"test rows.{also if len(better) > 1 else ''}"
        )
    if equal := labels["not distinguishable"]:
        others = len(rows) - len(equal)
        return (
            f"{label} can be used, but {'; '.join(equal)} would do as well, as far as "
            f"{say_count(test['rows'])} test rows can tell."
            f"{f' It is better than {_others(others)}.' if others else ''}"
        )
    every = f"all {say_count(len(rows))} baselines" if len(rows) > 1 else rows[0]["label"]
    return f"{label} can be used: it is better than {every}."


def _others(count: int) -> str:
    return "the other baseline" if count == 1 else f"the other {say_count(count)} baselines"


def _believe(task: Task, data: Mapping[str, Any], test: Mapping[str, Any]) -> str:
    metric = task.told_metric
    digits = metric_digits(metric, data["target"]["deviation"])
    interval = say_interval(test["intervals"][metric.name], digits)
    unit = "" if task.classification else f" in {metric.unit}"
    is_network = test["trial"] is not None and test["averaged"] == 1
    whose = f"{test['reference']}'s network" if is_network else test["reference"]
    return (
        f"On {say_count(test['rows'])} test rows that took no part in training or choosing, "
        f"{whose} has {an(metric.label)} of "
        f"{say_number(test[metric.name], digits)} {interval}{unit}. "
        f"{task.say_ranking(test[task.ranking_metric.name], data['classes'])}"
    )


def _better_models(task: Task, data: Mapping[str, Any], test: Mapping[str, Any]) -> Iterator[str]:
    """Saved models that are better on the test rows than the exported one, and their price."""
    metric = task.tested_metric
    digits = metric_digits(metric, data["target"]["deviation"])
    for model in test["models"]:
        difference = model["differences"].get(metric.name)
        if not difference or metric.sign * difference["value"] >= 0:
            continue
        if difference["low"] <= 0 <= difference["high"]:
            continue
        cost, best = model["cost"], test["models"][0]["cost"]
        price = (
            f"; a prediction by it takes {cost['operations'] / best['operations']:.2g} times the "
            "operations"
            if cost and best
            else ""
        )
        yield (
            f"{model['name']}.keras, the {model['label']}, is better: its {metric.label} differs "
            f"by {say_signed(difference['value'], digits)} {say_interval(difference, digits)}"
            f"{price}."
        )


def _openings(count: int, known: bool) -> str:
    times = f"The test rows were opened {say_openings(count, known)}"
    if known and count == 1:
        return f"{times}."
    lost = "" if known else ", as the record of earlier openings is lost"
    return (
        f"{times}{lost}: whoever chose after an earlier look chose by the test, and its value is "
        "then flattered too."
    )


def _tie(task: Task, leaderboard: list[Mapping[str, Any]]) -> str | None:
    """The first two, if they differ by less than seeds do."""
    if len(leaderboard) < 2 or any(entry["mean"] is None for entry in leaderboard[:2]):
        return None
    first, second = leaderboard[:2]
    scatter = max(first["deviation"] or 0.0, second["deviation"] or 0.0)
    if task.metric.behind(second["mean"], first["mean"]) >= scatter:
        return None
    return (
        f"Trials {first['trial']} and {second['trial']} differ by less than seeds do: which of "
        "them leads is chance."
    )
