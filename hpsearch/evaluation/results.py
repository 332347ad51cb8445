"""What a study's folder says of its winner and of the test, read in one place."""

from collections.abc import Sequence
from dataclasses import dataclass

from hpsearch.evaluation.baselines import baseline_runs
from hpsearch.evaluation.candidates import make_candidates
from hpsearch.evaluation.ensemble import recorded_ensemble
from hpsearch.evaluation.leaderboard import Leaderboard, make_leaderboard, read_leaderboard
from hpsearch.evaluation.opening import recorded_test
from hpsearch.evaluation.outcome import TestResult
from hpsearch.evaluation.runs import Trained, trained
from hpsearch.record.folder import StudyFolder
from hpsearch.record.trial import TrialRecord
from hpsearch.training.run import Run


@dataclass(frozen=True, slots=True)
class Results:
    """The leaderboard with the winner, the networks among the baselines, and the test.

    Attributes:
        baselines: Those that were trained, in the order of ``[evaluate] baselines``.
        test: Of the study as its file is now. Where some of what was measured is no longer whole in
            the record, or not trained yet after a change of ``[evaluate]``, the last result; None
            where nothing was measured.
    """

    leaderboard: Leaderboard
    baselines: tuple[Trained, ...]
    test: TestResult | None


def read_results(folder: StudyFolder, trials: Sequence[TrialRecord]) -> Results:
    """What the folder says now.

    Args:
        trials: All of the study, by number.
    """
    classes, leaderboard = folder.classes, read_leaderboard(folder, trials)
    networks = baseline_runs(folder.spec, classes)
    baselines = trained_of(folder, networks)
    finite = [baseline.run for baseline in baselines if not baseline.diverged]
    wanted = folder.spec.evaluate.ensemble and leaderboard.confirmed is not None
    ensemble = recorded_ensemble(folder, trials, leaderboard) if wanted else None
    shares = ensemble.shares if ensemble else ()
    candidates = make_candidates(folder.spec, trials, leaderboard, finite, classes, shares)
    chosen = ensemble is not None or not wanted
    whole = leaderboard.complete and len(baselines) == len(networks) and chosen
    test = recorded_test(folder.record, candidates.identity if candidates and whole else None)
    if test is not None:
        leaderboard = make_leaderboard(folder.spec, trials, leaderboard.standings, test.trial)
    return Results(leaderboard, baselines, test)


def trained_of(folder: StudyFolder, runs: Sequence[Run]) -> tuple[Trained, ...]:
    """Those of some runs that are over."""
    results = (trained(folder, run) for run in runs)
    return tuple(result for result in results if result is not None)
