"""What to believe, in plain sentences that follow from the report's numbers by stated rules."""

from collections.abc import Iterator, Mapping
from typing import Any

from hpsearch.export.wording import say_count, say_interval, say_number, say_share

#: The AUC of a network that has learned nothing.
CHANCE = 0.5


def judge(values: Mapping[str, Any]) -> list[str]:
    """Sentences on what the values of a report mean, the most important first."""
    return list(_sentences(values))


def _sentences(values: Mapping[str, Any]) -> Iterator[str]:
    best, test = values["best"], values["test"]
    if values["notice"]:
        yield (
            "The rows are simulated, so these numbers show that the search works; "
            "they say nothing about the UCI data."
        )
    if best is None:
        yield values["absences"]["best"]
        return
    if test is None:
        yield (
            f"Trial {best['trial']} leads with {values['objective']} "
            f"{say_number(best['search_value'])} on the validation rows by which it was chosen. "
            "That flatters it: believe no number before the test rows have been opened."
        )
        return
    yield _believe(test)
    if _misses_chance(test):
        yield "The AUC's interval reaches one half: the network is not better than chance."
    if comparison := _compare(test):
        yield comparison
    yield _openings(test["openings"])
    if tie := _tie(values["leaderboard"]):
        yield tie


def _believe(test: Mapping[str, Any]) -> str:
    interval = say_interval(test["intervals"].get("binary_crossentropy"))
    area = test["auc"]
    ranks = (
        f" It puts a row of label 1 above one of label 0 in {say_share(area)} of pairs."
        if area is not None
        else ""
    )
    return (
        f"On {say_count(test['rows'])} test rows that took no part in training or choosing, "
        f"trial {test['trial']}'s network has a binary cross-entropy of "
        f"{say_number(test['binary_crossentropy'])} {interval}.{ranks}"
    )


def _misses_chance(test: Mapping[str, Any]) -> bool:
    interval = test["intervals"].get("auc")
    return bool(interval and interval["low"] is not None and interval["low"] <= CHANCE)


def _compare(test: Mapping[str, Any]) -> str | None:
    """The search's score against the interval of the test's."""
    found, reached = test["validation"]["search_value"], test["binary_crossentropy"]
    interval = test["intervals"].get("binary_crossentropy")
    if found is None or reached is None or not interval or interval["low"] is None:
        return None
    score = f"The score for which the search chose it, {say_number(found)},"
    if found < interval["low"]:
        return (
            f"{score} lies {say_number(reached - found)} below and outside the test interval: "
            "believe the test. Part of the difference is the luck of being chosen, part that of "
            "the validation rows."
        )
    if found > interval["high"]:
        return (
            f"{score} lies {say_number(found - reached)} above the test value and outside its "
            "interval: the validation rows were harder than the test rows."
        )
    return f"{score} lies inside the test interval: the test confirms it."


def _openings(count: int) -> str:
    if count == 1:
        return "The test rows were opened once."
    return (
        f"The test rows were opened {count} times: whoever chose after an earlier look "
        "chose by the test, and its value is then flattered too."
    )


def _tie(leaderboard: list[Mapping[str, Any]]) -> str | None:
    """The first two, if they are nearer to each other than seeds scatter."""
    if len(leaderboard) < 2 or any(entry["mean"] is None for entry in leaderboard[:2]):
        return None
    first, second = leaderboard[:2]
    scatter = max(first["deviation"] or 0.0, second["deviation"] or 0.0)
    if second["mean"] - first["mean"] >= scatter:
        return None
    return (
        f"Trials {first['trial']} and {second['trial']} are nearer to each other than seeds of one "
        "configuration: which of them leads is chance."
    )
