"""What is trained after the search, and what of it is measured in the one opening of the test."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hpsearch.evaluation.ablation import ablation_runs
from hpsearch.evaluation.baselines import baseline_models, baseline_runs
from hpsearch.evaluation.ensemble import Shares, recorded_ensemble
from hpsearch.evaluation.leaderboard import Leaderboard, read_leaderboard
from hpsearch.evaluation.retraining import retrainings
from hpsearch.evaluation.runs import trained
from hpsearch.models.saved import ModelName
from hpsearch.record.folder import StudyFolder
from hpsearch.record.trial import TrialRecord
from hpsearch.study.sections import Export
from hpsearch.study.spec import StudySpec
from hpsearch.study.weights import Costs, ThresholdRule
from hpsearch.training.run import Run


@dataclass(frozen=True, slots=True)
class Candidates:
    """All that is measured in one opening.

    Attributes:
        configurations: The re-trainings of each trial, the winner's first.
        single: Index into the winner's of the one that is the best on the validation rows.
        networks: Those among the baselines.
        models: Those of scikit-learn, with the seed that each is fitted with.
        threshold: By what the threshold is chosen from which a row is called 1.
        export: Whether the mean of all of the winner's is exported, or the single one.
        ensemble: The networks of a greedy ensemble; none where it is not measured.
    """

    configurations: Mapping[int, Sequence[Run]]
    single: int
    networks: Sequence[Run]
    models: Mapping[str, int]
    threshold: ThresholdRule = "accuracy"
    export: Export = "mean"
    ensemble: Shares = ()

    @property
    def runs(self) -> tuple[Run, ...]:
        """All networks, each once, the winner's first."""
        retrained = (run for runs in self.configurations.values() for run in runs)
        shares = (run for run, _ in self.ensemble)
        return tuple({run.name: run for run in (*retrained, *self.networks, *shares)}.values())

    @property
    def saved(self) -> dict[ModelName, Shares]:
        """The networks of each model that is saved, by its name; ``best`` is the exported one.

        Where that is a mean, ``single`` stands beside it.
        """
        winner = next(iter(self.configurations.values()), ())
        if not winner:
            return {}
        single = ((winner[self.single], 1),)
        mean = tuple((run, 1) for run in winner)
        models: dict[ModelName, Shares] = {"best": mean if self.export == "mean" else single}
        if len(models["best"]) > 1:
            models["single"] = single
        return {**models, "ensemble": self.ensemble} if self.ensemble else models

    @property
    def identity(self) -> list[Any]:
        """What the result is a result of, as JSON has it."""
        configurations = [[number, len(runs)] for number, runs in self.configurations.items()]
        identities = [run.identity for run in self.runs]
        is_mean = len(self.saved.get("best", ())) > 1
        chosen = [[run.name, count] for run, count in self.ensemble]
        return [
            self.single,
            configurations,
            identities,
            [[*model] for model in self.models.items()],
            *(["mean"] if is_mean else []),  # older records are of the single network
            *([["ensemble", *chosen]] if chosen else []),
            *said_threshold(self.threshold),
        ]


def said_threshold(rule: ThresholdRule) -> list[Any]:
    """A rule as JSON has it; nothing of the usual one, of which older records say nothing."""
    if rule == "accuracy":
        return []
    return [asdict(rule) if isinstance(rule, Costs) else rule]


def comparison_runs(folder: StudyFolder) -> tuple[Run, ...]:
    """What the winner is compared with: the baselines' networks, and itself without regularizers.

    Without a search the baselines alone; nothing while a search has no winner.
    """
    trials = folder.record.trials()
    winner = read_leaderboard(folder, trials).confirmed
    if winner is None:
        return () if folder.spec.search.trials else baseline_runs(folder.spec, folder.classes)
    baselines = baseline_runs(folder.spec, folder.classes)
    if not folder.spec.evaluate.ablation:
        return baselines
    return (*baselines, *ablation_runs(folder.spec, winner.trial, folder.classes))


def find_candidates(folder: StudyFolder) -> Candidates | None:
    """What is to be measured on the test rows; networks that diverged are not.

    None while a search has no winner, and where nothing else is left to measure.
    """
    trials = folder.record.trials()
    done = [(run, trained(folder, run)) for run in baseline_runs(folder.spec, folder.classes)]
    networks = [run for run, result in done if result is not None and not result.diverged]
    leaderboard = read_leaderboard(folder, trials)
    ensemble = recorded_ensemble(folder, trials, leaderboard)
    return make_candidates(
        *(folder.spec, trials, leaderboard, networks, folder.classes),
        ensemble.shares if ensemble and folder.spec.evaluate.ensemble else (),
    )


def make_candidates(
    spec: StudySpec,
    trials: Sequence[TrialRecord],
    leaderboard: Leaderboard,
    networks: Sequence[Run],
    classes: int,
    ensemble: Shares = (),
) -> Candidates | None:
    """``find_candidates`` of what is read already.

    Args:
        trials: All of the study, by number.
        networks: The baselines that were trained and did not diverge.
        classes: How many classes the table names.
        ensemble: Of ``Candidates``.
    """
    winner = leaderboard.confirmed
    if winner is None and spec.search.trials:
        return None
    candidates = Candidates(
        configurations={
            standing.trial: list(retrainings(spec, trials[standing.trial], classes))
            for standing in leaderboard.standings
            if not standing.diverged
        },
        single=(winner.single or 0) if winner else 0,
        networks=networks,
        models=baseline_models(spec),
        threshold=spec.threshold,
        export=spec.evaluate.export,
        ensemble=ensemble if winner else (),
    )
    return candidates if candidates.runs or candidates.models else None
