"""What is trained after the search, and what of it is measured in the one opening of the test."""

from hpsearch.evaluation.ablation import ablation_runs
from hpsearch.evaluation.baselines import baseline_runs, is_network
from hpsearch.evaluation.leaderboard import standings, winner
from hpsearch.evaluation.opening import Candidates
from hpsearch.evaluation.retraining import retrainings
from hpsearch.evaluation.runs import Run, trained
from hpsearch.record.folder import StudyFolder
from hpsearch.seeds import baseline_seed
from hpsearch.study.sections import BASELINES


def comparison_runs(folder: StudyFolder) -> tuple[Run, ...]:
    """What the winner is compared with: the baselines' networks, and itself without regularisers.

    Without a search the baselines alone; nothing while a search has no winner.
    """
    trials = folder.record.trials()
    found = winner(folder.spec, trials, standings(folder, trials))
    if found is None:
        return () if folder.spec.search.trials else baseline_runs(folder.spec)
    runs, _ = found
    ablations = ablation_runs(folder.spec, runs[0].trial) if folder.spec.evaluate.ablation else ()
    return (*baseline_runs(folder.spec), *ablations)


def find_candidates(folder: StudyFolder) -> Candidates | None:
    """What is to be measured on the test rows; networks that diverged are not.

    None while a search has no winner, and where nothing else is left to measure.
    """
    spec, trials = folder.spec, folder.record.trials()
    ranked = standings(folder, trials)
    found = winner(spec, trials, ranked)
    if found is None and spec.search.trials:
        return None
    done = [(run, trained(folder, run)) for run in baseline_runs(spec)]
    candidates = Candidates(
        configurations={
            standing.trial: [one.run for one in retrainings(spec, trials[standing.trial])]
            for standing in ranked
            if standing.mean < float("inf")
        },
        exported=found[1] if found else 0,
        networks=[run for run, one in done if one is not None and one.value < float("inf")],
        models={
            name: baseline_seed(spec.study.seed, BASELINES.index(name))
            for name in spec.evaluate.baselines
            if not is_network(name)
        },
    )
    return candidates if candidates.runs or candidates.models else None
