"""Studies whose outcomes are made: their space, tasks, classes and targets."""

from collections.abc import Mapping
from typing import Any

from hpsearch.data.target import TargetScale
from hpsearch.study.reading import check_study
from hpsearch.study.spec import StudySpec
from hpsearch.tasks.binary import BINARY
from hpsearch.tasks.task import Task

HOSTILE = '<script>alert("x")</script> | `a` *b* $c_d$ & 100%'


SPACE: dict[str, Any] = {
    "layers": {"int": [1, 4]},
    "units": {"int": [16, 512], "log": True},
    "batch_normalization": {"choice": [False, True]},
    "l2": {"off_or": [1e-6, 1e-2], "log": True},
    "dropout": {"off_or": [0.05, 0.6]},
    "optimizer": {"choice": ["sgd", "rmsprop", "adam", "adamw"]},
    "learning_rate": {"float": [1e-4, 1e-1], "log": True},
    "momentum": {"float": [0.5, 0.99], "when": {"optimizer": "sgd"}},
}


#: Names of the classes by task.
CLASSES: Mapping[str, tuple[str, ...]] = {
    "binary": (),
    "multiclass": ("Adelie", "Gentoo", "Chinstrap"),
    "regression": (),
}


#: The scale of a target that is a number.
TARGET = TargetScale(180_000.0, 60_000.0)


def make_spec(
    description: str = "", source: str = "higgs", seeds: int = 3, task: Task = BINARY
) -> StudySpec:
    """A checked study of 100 epochs over eight parameters, two of them optional."""
    tables = {
        "study": {"name": "made", "seed": 7, "description": description},
        "data": {
            **{"source": source, "validation": 1_000, "train": 10_000, "test": 9_977},
            "task": task.name,
        },
        "network": {"activation": "elu"},
        "space": SPACE,
        "training": {"epochs": 100, "patience": 20},
        "search": {"trials": 30, "parallel": 8},
        "evaluate": {
            "seeds": max(seeds, 1),
            "baselines": [estimator.name for estimator in task.estimators],
        },
    }
    return check_study(tables, "made.toml")
