"""The leaderboard over seeds, read off the record."""

import statistics
from collections.abc import Sequence

from hpsearch.evaluation.outcome import Standing
from hpsearch.evaluation.retraining import best_trials, retrainings
from hpsearch.evaluation.runs import trained
from hpsearch.record.folder import StudyFolder
from hpsearch.record.trial import TrialRecord
from hpsearch.study.spec import StudySpec
from hpsearch.training.run import Run


def standings(folder: StudyFolder, trials: Sequence[TrialRecord]) -> tuple[Standing, ...]:
    """The re-trained configurations by mean ``val_binary_crossentropy``; no unfinished ones.

    Args:
        folder: Has their learning curves.
        trials: All of the study, by number.
    """
    best = best_trials(trials, folder.spec.evaluate.top)
    found = [_standing(folder, trial) for trial in best]
    ranked = sorted(
        (one for one in found if one is not None), key=lambda one: (one.mean, one.trial)
    )
    return tuple(
        Standing(rank, one.trial, one.params, one.search_value, one.mean, one.deviation, one.runs)
        for rank, one in enumerate(ranked, start=1)
    )


def winner(
    spec: StudySpec, trials: Sequence[TrialRecord], ranked: Sequence[Standing]
) -> tuple[tuple[Run, ...], int] | None:
    """The winner's re-trainings and which of them is exported: the best by validation.

    None where nothing was re-trained, or every configuration diverged with some seed.
    """
    if not ranked or ranked[0].mean == float("inf"):
        return None
    runs = retrainings(spec, trials[ranked[0].trial])
    values = [run.value for run in ranked[0].runs]
    return runs, values.index(min(values))


def _standing(folder: StudyFolder, trial: TrialRecord) -> Standing | None:
    runs = [trained(folder, run) for run in retrainings(folder.spec, trial)]
    done = tuple(run for run in runs if run is not None)
    if len(done) < len(runs):
        return None
    mean, deviation = _spread([run.value for run in done])
    return Standing(
        0,
        trial.number,
        folder.spec.space.complete(trial.params),
        trial.value or 0.0,
        mean,
        deviation,
        done,
    )


def _spread(values: Sequence[float]) -> tuple[float, float]:
    """Mean and sample standard deviation; an infinite value makes the mean infinite."""
    if float("inf") in values:
        return float("inf"), 0.0
    return statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else 0.0
