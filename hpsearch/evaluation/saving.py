"""The saved models of a study: which networks each is the mean of, and what it costs to use.

What the record keeps of one is a fact, so that a file that is not as it was saved is known.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hpsearch.data.folds import Split
from hpsearch.evaluation.candidates import said_threshold
from hpsearch.evaluation.ensemble import Shares
from hpsearch.files import digest_of
from hpsearch.models.arrays import Arrays
from hpsearch.models.saved import NAMES, ModelName, model_path
from hpsearch.record.folder import StudyFolder
from hpsearch.record.record import Record
from hpsearch.study.weights import ThresholdRule
from hpsearch.training.run import Run

#: A training's networks, one on each fold, and how often they count.
Weighed = tuple[Run, Sequence[Arrays], int]

#: Writes the mean of networks as one model that takes raw rows, with the probability from which a
#: row is called the second class, or None for a task that calls no row anything.
Save = Callable[[Path, Sequence[Weighed], float | None], None]


@dataclass(frozen=True, slots=True)
class SavedModel:
    """A file in ``models/``.

    Attributes:
        name: The file is ``NAME.keras``.
        digest: Of the file.
        shares: Labels of the trainings that it is the mean of, with how often each counts.
        networks: Different ones, those of all folds.
        weights: Numbers that were trained, in all of them.
        operations: Floating-point operations of a row's prediction, besides preprocessing.
        bytes: Of the file.
    """

    name: ModelName
    digest: str
    shares: Mapping[str, int]
    networks: int
    weights: int
    operations: int
    bytes: int


def saved_models(record: Record) -> Iterator[SavedModel]:
    """What the record knows of saved models; of those that older versions saved nothing but some.

    The numbers of these are 0.
    """
    for name in NAMES:
        fact = record.fact(_fact(name), None)
        if fact is not None:
            costs = fact.get("costs", {"networks": 0, "weights": 0, "operations": 0, "bytes": 0})
            yield SavedModel(name, fact["digest"], fact.get("shares", {}), **costs)


def is_saved(folder: StudyFolder, name: ModelName, shares: Shares, rule: ThresholdRule) -> bool:
    """Whether the folder holds the mean of these networks as it was saved."""
    fact = folder.record.fact(_fact(name), None)
    path = model_path(folder.path, name)
    return fact is not None and _identity(fact) == _made(path, shares, rule)


def save(
    folder: StudyFolder,
    rows: Split,
    name: ModelName,
    parts: Sequence[Weighed],
    *,
    threshold: float | None,
    rule: ThresholdRule,
    write: Save,
) -> None:
    """Write a model and what the record keeps of it.

    Args:
        threshold: From which probability a row is called the second class, if that is asked.
        rule: By which it was chosen.
    """
    path = model_path(folder.path, name)
    folder.check_place()
    path.parent.mkdir(exist_ok=True)
    write(path, parts, threshold)
    shares = [(run, count) for run, _, count in parts]
    fact = _made(path, shares, rule)
    fact["shares"] = {run.label: count for run, count in shares}
    fact["costs"] = _costs(rows, [run for run, _ in shares], path.stat().st_size)
    folder.record.set_fact(_fact(name), fact)


def forget(folder: StudyFolder, name: ModelName) -> None:
    """Remove a model that the study no longer saves, where it is the one that it saved."""
    fact, path = folder.record.fact(_fact(name), None), model_path(folder.path, name)
    if fact is not None and path.is_file() and digest_of(path) == fact["digest"]:
        folder.check_place()
        path.unlink()
    if fact is not None:
        folder.record.set_fact(_fact(name), None)


def _made(path: Path, shares: Shares, rule: ThresholdRule) -> dict[str, Any]:
    """What the file depends on, and its digest; by what its threshold was chosen, if not usual."""
    each = [[run.identity, count] for run, count in shares]
    run = shares[0][0].identity if len(shares) == 1 else each
    by = {"threshold": said} if (said := said_threshold(rule)) else {}
    return {"run": run, "digest": digest_of(path), **by}


def _identity(fact: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fact.items() if key not in ("shares", "costs")}


def _costs(rows: Split, runs: Sequence[Run], size: int) -> dict[str, int]:
    """What it takes to predict; an operation of ``Network`` is a product and a sum."""
    networks = [
        (part.recipe.network, rows.prepared[part.fold][part.recipe.preparation].preprocessing.width)
        for run in runs
        for part in run.parts
    ]
    return {
        "networks": len(networks),
        "weights": sum(network.parameters(width) for network, width in networks),
        "operations": sum(2 * network.operations(width) for network, width in networks),
        "bytes": size,
    }


def _fact(name: ModelName) -> str:
    return "model" if name == "best" else f"model {name}"
