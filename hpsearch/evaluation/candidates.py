"""What is trained after the search, and what of it is measured in the one opening of the test."""

from hpsearch.evaluation.ablation import ablation_runs
from hpsearch.evaluation.baselines import baseline_models, baseline_runs
from hpsearch.evaluation.leaderboard import read_leaderboard
from hpsearch.evaluation.opening import Candidates
from hpsearch.evaluation.retraining import retrainings
from hpsearch.evaluation.runs import trained
from hpsearch.record.folder import StudyFolder
from hpsearch.training.run import Run


def comparison_runs(folder: StudyFolder) -> tuple[Run, ...]:
    """What the winner is compared with: the baselines' networks, and itself without regularizers.

    Without a search the baselines alone; nothing while a search has no winner.
    """
    trials = folder.record.trials()
    winner = read_leaderboard(folder, trials).confirmed
    if winner is None:
        return () if folder.spec.search.trials else baseline_runs(folder.spec)
    baselines = baseline_runs(folder.spec)
    if not folder.spec.evaluate.ablation:
        return baselines
    return (*baselines, *ablation_runs(folder.spec, winner.trial))


def find_candidates(folder: StudyFolder) -> Candidates | None:
    """What is to be measured on the test rows; networks that diverged are not.

    None while a search has no winner, and where nothing else is left to measure.
    """
    spec, trials = folder.spec, folder.record.trials()
    leaderboard = read_leaderboard(folder, trials)
    winner = leaderboard.confirmed
    if winner is None and spec.search.trials:
        return None
    done = [(run, trained(folder, run)) for run in baseline_runs(spec)]
    candidates = Candidates(
        configurations={
            standing.trial: list(retrainings(spec, trials[standing.trial]))
            for standing in leaderboard.standings
            if not standing.diverged
        },
        exported=(winner.exported or 0) if winner else 0,
        networks=[run for run, result in done if result is not None and not result.diverged],
        models=baseline_models(spec),
    )
    return candidates if candidates.runs or candidates.models else None
