"""All that a study found, as one value: what report, TensorBoard and terminal are made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hpsearch.data.facts import DataFacts
from hpsearch.data.parts import Opening
from hpsearch.evaluation.leaderboard import Leaderboard, Standing, Winner
from hpsearch.evaluation.runs import Trained
from hpsearch.evaluation.saving import SavedModel
from hpsearch.models.recipe import Recipe
from hpsearch.record.trial import TrialRecord
from hpsearch.statistics.calibration import Calibration
from hpsearch.statistics.classes import Decisions
from hpsearch.statistics.estimate import Estimate
from hpsearch.statistics.residuals import Residuals
from hpsearch.study.spec import StudySpec
from hpsearch.tasks.task import Task
from hpsearch.training.history import History


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric on the test rows.

    Attributes:
        value: Of the exported model, ``models/best.keras``.
        low, high: 95 % bootstrap interval of ``value`` over the test rows.
        seeds: The same configuration's value for each of its seeds.
        validation: That of the same networks on the validation rows.
        validated: That of the exported model on the validation rows; None in records of versions
            that exported the single network.
    """

    value: float
    low: float
    high: float
    seeds: tuple[float, ...]
    validation: tuple[float, ...]
    validated: float | None = None

    def __post_init__(self) -> None:
        """An interval holds its own value; see ``Estimate``."""
        object.__setattr__(self, "low", min(self.low, self.value))
        object.__setattr__(self, "high", max(self.high, self.value))


@dataclass(frozen=True, slots=True)
class TestedConfiguration:
    """A re-trained configuration on the test rows, measured in the winner's opening.

    Attributes:
        seeds: The objective of each re-training on the test rows.
        split: By how much the same networks are worse on the test rows than on the validation
            rows, with an interval over both sets of rows.
    """

    __test__ = False

    trial: int
    seeds: tuple[float, ...]
    split: Estimate


@dataclass(frozen=True, slots=True)
class TestedBaseline:
    """A baseline, or another saved model of the study, measured in the winner's opening.

    Attributes:
        name: As in ``[evaluate] baselines``, or that of the saved model; ``label`` is for people.
        validation: Its objective on the validation rows.
        metrics: By the metrics' names, with intervals over the test rows.
        differences: Of the metrics that are compared, baseline less reference, with paired
            intervals over the same resamples of the test rows. Those that are worse,
            a loss above 0 and an AUC below 0, speak for the reference; its own are 0.
    """

    __test__ = False

    name: str
    label: str
    validation: float
    metrics: Mapping[str, Estimate]
    differences: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class TestResult:
    """What the reference and all that stands beside it reached on the test rows.

    The reference is the winner's exported model, or in a study without a search the baseline that
    is best on the validation rows.

    Attributes:
        reference: ``trial 64``, ``the mean of trial 64's 3 seeds``, or a baseline's label.
        trial, index: The winner, and its re-training that is the best on the validation rows; None
            without a winner.
        metrics: Of the reference.
        calibration, decisions, residuals: What the reference's predictions are worth: of two
            classes, of several, of numbers. The other two are None.
        openings: Every time that the test rows were opened, as far as that is known.
        openings_known: Whether these are all; False where the record was lost with its log.
        validation: The reference's objective on the validation rows, as trials are ranked by it;
            None in records of versions that exported the single network.
        averaged: Of how many re-trainings the reference is the mean; 1 is that of ``index`` alone.
        models: The study's other saved models: ``single`` where the reference is a mean, and
            ``ensemble``.
    """

    __test__ = False  # not a test class, whatever pytest makes of its name

    reference: str
    trial: int | None
    index: int | None
    rows: int
    metrics: Mapping[str, Measured]
    configurations: tuple[TestedConfiguration, ...]
    baselines: tuple[TestedBaseline, ...]
    calibration: Calibration | None
    openings: tuple[Opening, ...]
    openings_known: bool = True
    decisions: Decisions | None = None
    residuals: Residuals | None = None
    validation: float | None = None
    averaged: int = 1
    models: tuple[TestedBaseline, ...] = ()

    def validated(self, metric: str) -> float:
        """The reference's value of a metric on the validation rows."""
        measured = self.metrics[metric]
        if measured.validated is None:
            return measured.validation[self.index or 0]
        return measured.validated

    def model(self, name: str) -> TestedBaseline | None:
        """One of ``models``, or None where it was not measured."""
        return next((model for model in self.models if model.name == name), None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A study's folder, read.

    Attributes:
        folder: The study's folder, ``runs/higgs``.
        history: What is recorded of a run by its name in ``curves/``: learning curve, losses of the
            validation rows with the kept weights, summaries of kernels. Nothing is raised where a
            run has nothing recorded: then all of it is empty. See ``whole_history`` for folds.
        importances: Share of each parameter in the variance of the value, or empty where there are
            too few trials; ``importance_evaluator`` names the method.
        baselines: The networks of ``[evaluate] baselines`` that were trained, in their order.
        ablations: The winner's configuration without this or that, a seed each.
        test: None until the winner was measured.
        environment: Versions and hardware, in words.
        seconds: Wall-clock seconds of each phase (search, retraining, evaluation, test).
        command: The command that repeats the study.
        models: The saved models by their names: the files, and what predictions by them cost.
    """

    folder: Path
    spec: StudySpec
    data: DataFacts
    trials: tuple[TrialRecord, ...]
    history: Callable[[str], History]
    importances: Mapping[str, float]
    importance_evaluator: str
    leaderboard: Leaderboard
    baselines: tuple[Trained, ...]
    ablations: tuple[Trained, ...]
    test: TestResult | None
    environment: Mapping[str, str]
    seconds: Mapping[str, float]
    command: str
    models: Mapping[str, SavedModel] = field(default_factory=dict)

    @property
    def standings(self) -> tuple[Standing, ...]:
        """The re-trained configurations, the best first."""
        return self.leaderboard.standings

    @property
    def winner(self) -> Winner | None:
        """The trial that the study recommends."""
        return self.leaderboard.winner

    def recipe(self, trial: TrialRecord) -> Recipe:
        """How a trial is trained."""
        return self.spec.recipe(trial.params, len(self.data.classes))

    @property
    def task(self) -> Task:
        """What the study predicts."""
        return self.spec.task
