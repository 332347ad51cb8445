"""The best configurations trained again with fresh seeds: is a trial good, or was it lucky?"""

from collections.abc import Sequence
from dataclasses import dataclass

from hpsearch.evaluation.runs import Run
from hpsearch.record.folder import StudyFolder
from hpsearch.record.trial import TrialRecord
from hpsearch.seeds import retraining_seed
from hpsearch.study.spec import StudySpec


@dataclass(frozen=True, slots=True)
class Retraining:
    """A trial's configuration with a seed of its own; ``index`` counts the seeds from 0."""

    trial: TrialRecord
    index: int
    run: Run


def retrainings(spec: StudySpec, trial: TrialRecord) -> tuple[Retraining, ...]:
    """The re-trainings of a trial that the study asks for."""
    network, knobs = spec.build(trial.params)

    def again(index: int) -> Run:
        name, label = f"{trial.run}-seed-{index}", f"trial {trial.number}, re-training {index}"
        seed = retraining_seed(spec.study.seed, trial.number, index)
        return Run(name, "retraining", label, network, knobs, seed, spec.training)

    return tuple(Retraining(trial, index, again(index)) for index in range(spec.evaluate.seeds))


def wanted_retrainings(folder: StudyFolder) -> tuple[Retraining, ...]:
    """Those of the best ``evaluate.top`` trials so far."""
    best = best_trials(folder.record.trials(), folder.spec.evaluate.top)
    return tuple(one for trial in best for one in retrainings(folder.spec, trial))


def best_trials(trials: Sequence[TrialRecord], top: int) -> list[TrialRecord]:
    """The ``top`` complete trials by value, then by number; a configuration counts once."""
    complete = [trial for trial in trials if trial.state == "complete" and trial.value is not None]
    ranked = sorted(complete, key=lambda trial: (trial.value or 0.0, trial.number))
    distinct = {tuple(sorted(trial.params.items())): trial for trial in reversed(ranked)}
    return [trial for trial in ranked if trial in distinct.values()][:top]
