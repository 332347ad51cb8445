"""A study's folder read into one ``Outcome``."""

from hpsearch.evaluation.ablation import ablation_runs
from hpsearch.evaluation.baselines import baseline_runs
from hpsearch.evaluation.importance import IMPORTANCE_EVALUATOR, importances
from hpsearch.evaluation.leaderboard import read_leaderboard
from hpsearch.evaluation.opening import recorded_test
from hpsearch.evaluation.outcome import Outcome
from hpsearch.evaluation.runs import Trained, trained
from hpsearch.record.attributes import trial_record
from hpsearch.record.folder import StudyFolder
from hpsearch.training.run import Run


def read_outcome(folder: StudyFolder) -> Outcome:
    """All that a study found so far; works while it runs."""
    frozen = folder.record.frozen_trials()
    trials = tuple(map(trial_record, frozen))
    test = recorded_test(folder.record)
    leaderboard = read_leaderboard(folder, trials, test.trial if test else None)
    winner = leaderboard.confirmed
    ablations = ablation_runs(folder.spec, winner.trial) if winner else ()
    return Outcome(
        folder=folder.path,
        spec=folder.spec,
        data=folder.data(),
        trials=trials,
        history=folder.files.history,
        importances=importances(frozen),
        importance_evaluator=IMPORTANCE_EVALUATOR,
        leaderboard=leaderboard,
        baselines=_done(folder, baseline_runs(folder.spec)),
        ablations=_done(folder, ablations) if folder.spec.evaluate.ablation else (),
        test=test,
        environment=(folder.environments() or [{}])[-1],
        seconds=folder.record.fact("seconds", {}),
        command=folder.record.fact("command", ""),
    )


def _done(folder: StudyFolder, runs: tuple[Run, ...]) -> tuple[Trained, ...]:
    """Those of some runs that are over."""
    found = (trained(folder, run) for run in runs)
    return tuple(one for one in found if one is not None)
