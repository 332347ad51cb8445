"""Whether a folder holds the study and the rows that a command names."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hpsearch.data.facts import DataFacts
from hpsearch.errors import StudyMismatchError, UsageError, shown
from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.study.spec import StudySpec

#: What may change while a study goes on: how long it is, what is done after it, and where its rows
#: are read, since their fingerprint may not.
FREE_TO_CHANGE = (
    *("study.description", "search.trials", "evaluate"),
    *("data.path", "data.test_path", "data.validation_path", "data.source"),
)

#: What a message says of an entry that a study does not have.
NOT_SET = "not set"


def check_same_study(path: Path, before: StudySpec | None, spec: StudySpec) -> None:
    """Check that a study is the one that a folder holds, apart from what may change.

    Args:
        before: The study in the folder; None in a new folder.

    Raises:
        StudyMismatchError: With every entry that differs.
    """
    if before is None:
        return
    was, now = _settings(before), _settings(spec)
    changed = [
        f"  {key}   was {shown(was.get(key, NOT_SET))}, is {shown(now.get(key, NOT_SET))}"
        for key in sorted(was.keys() | now.keys())
        if was.get(key) != now.get(key) and not key.startswith(FREE_TO_CHANGE)
    ]
    if changed:
        raise StudyMismatchError(
            "\n".join((f"{path} holds another study; use a new folder (--out) for", *changed))
        )


def _settings(spec: StudySpec) -> dict[str, Any]:
    """All entries of a study by their places; the warm-up in epochs, however it was given.

    A hyperparameter that is not set has its default, as one that is set to it.
    """
    defaults = {f"{each.section}.{each.name}": each.default for each in HYPERPARAMETERS.values()}
    settings = {**defaults, **dict(_flat(tomllib.loads(spec.as_toml())))}
    settings.pop("search.warmup", None)
    return {**settings, "search.warmup_epochs": spec.warmup_epochs}


def check_same_rows(path: Path, begun: Mapping[str, Any] | None, now: DataFacts) -> None:
    """Check that rows are those that a study was begun on; ``begun`` is None before that.

    Raises:
        StudyMismatchError: If they are others.
    """
    if begun is not None and begun["fingerprint"] != now.fingerprint:
        source = f"with --set data.source={begun['source']}"
        same = source if begun["simulated"] else "with --data"
        raise StudyMismatchError(
            f"{path} was begun on {begun['description']} ({begun['fingerprint'][:19]}…), "
            f"got {now.description} ({now.fingerprint[:19]}…); "
            f"give the same rows {same}, or use a new folder (--out)"
        )


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def refuse_fewer_trials(path: Path, trials: int, spec: StudySpec) -> None:
    """Check that a study does not ask for fewer trials than it has.

    Raises:
        UsageError: If it does.
    """
    if trials > spec.search.trials:
        raise UsageError(
            f"search.trials is the total of a study and can only grow: {path} has {trials} trials, "
            f"got {spec.search.trials}; give --trials {trials} or more, or use a new folder (--out)"
        )
