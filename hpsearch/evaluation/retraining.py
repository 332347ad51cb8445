"""The best configurations trained again with fresh seeds: is a trial good, or was it lucky?"""

from collections.abc import Sequence

from hpsearch.record.folder import StudyFolder
from hpsearch.record.trial import TrialRecord
from hpsearch.seeds import retraining_seed
from hpsearch.study.spec import StudySpec
from hpsearch.training.run import Run


def best_trials(trials: Sequence[TrialRecord], top: int, sign: int) -> list[TrialRecord]:
    """The ``top`` complete trials by value, then by number; a configuration counts once.

    Args:
        sign: That of the objective, ``Metric.sign``.
    """
    complete = [trial for trial in trials if trial.state == "complete" and trial.value is not None]
    ranked = sorted(complete, key=lambda trial: (sign * (trial.value or 0.0), trial.number))
    distinct = {tuple(sorted(trial.params.items())): trial for trial in reversed(ranked)}
    return [trial for trial in ranked if trial in distinct.values()][:top]


def retrainings(spec: StudySpec, trial: TrialRecord, classes: int) -> tuple[Run, ...]:
    """The re-trainings of a trial that the study asks for, by the index of their seeds."""
    recipe = spec.recipe(trial.params, classes)
    return tuple(
        Run(
            f"{trial.run}-seed-{index}",
            f"trial {trial.number}, re-training {index}",
            "retraining",
            recipe,
            retraining_seed(spec.study.seed, trial.number, index),
            index,
            spec.folds,
        )
        for index in range(spec.evaluate.seeds)
    )


def wanted_retrainings(folder: StudyFolder) -> tuple[Run, ...]:
    """Those of the best ``evaluate.top`` trials so far."""
    sign = folder.spec.task.metric.sign
    best = best_trials(folder.record.trials(), folder.spec.evaluate.top, sign)
    return tuple(run for trial in best for run in retrainings(folder.spec, trial, folder.classes))
