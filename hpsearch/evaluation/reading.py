"""A study's folder read into one ``Outcome``."""

from functools import partial

from hpsearch.evaluation.ablation import ablation_runs
from hpsearch.evaluation.histories import whole_history
from hpsearch.evaluation.importance import IMPORTANCE_EVALUATOR, importances
from hpsearch.evaluation.outcome import Outcome
from hpsearch.evaluation.results import read_results, trained_of
from hpsearch.evaluation.saving import saved_models
from hpsearch.record.attributes import trial_record
from hpsearch.record.folder import StudyFolder


def read_outcome(folder: StudyFolder) -> Outcome:
    """All that a study found so far; works while it runs."""
    frozen = folder.record.frozen_trials()
    trials = tuple(map(trial_record, frozen))
    results = read_results(folder, trials)
    winner = results.leaderboard.confirmed
    ablations = ablation_runs(folder.spec, winner.trial, folder.classes) if winner else ()
    return Outcome(
        folder=folder.path,
        spec=folder.spec,
        data=folder.data(),
        trials=trials,
        history=partial(whole_history, folder),
        importances=importances(frozen, folder.spec.task.metric.direction),
        importance_evaluator=IMPORTANCE_EVALUATOR,
        leaderboard=results.leaderboard,
        baselines=results.baselines,
        ablations=trained_of(folder, ablations) if folder.spec.evaluate.ablation else (),
        test=results.test,
        environment=(folder.environments() or [{}])[-1],
        seconds=folder.record.fact("seconds", {}),
        command=folder.record.fact("command", ""),
        models={model.name: model for model in saved_models(folder.record)},
    )
