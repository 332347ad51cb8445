"""All that a study found, as one value: what report, TensorBoard and terminal are made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hpsearch.data.facts import DataFacts
from hpsearch.data.parts import Opening
from hpsearch.evaluation.leaderboard import Leaderboard, Standing, Winner
from hpsearch.evaluation.runs import Trained
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
    """

    value: float
    low: float
    high: float
    seeds: tuple[float, ...]
    validation: tuple[float, ...]

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
    """A baseline on the test rows, measured in the winner's opening.

    Attributes:
        name: As in ``[evaluate] baselines``; ``label`` is for people.
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
        reference: ``trial 64``, or a baseline's label.
        trial, index: The winner and its exported re-training; None without a winner.
        metrics: Of the reference.
        calibration, decisions, residuals: What the reference's predictions are worth: of two
            classes, of several, of numbers. The other two are None.
        openings: Every time that the test rows were opened, as far as that is known.
        openings_known: Whether these are all; False where the record was lost with its log.
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """A study's folder, read.

    Attributes:
        folder: The study's folder, ``runs/higgs``.
        history: What is recorded of a run by its name in ``curves/``: learning curve, losses of the
            validation rows at the best epoch, summaries of the kernels. Nothing is raised where a
            run has nothing recorded: then all of it is empty. See ``whole_history`` for folds.
        importances: Share of each parameter in the variance of the value, or empty where there are
            too few trials; ``importance_evaluator`` names the method.
        baselines: The networks of ``[evaluate] baselines`` that were trained, in their order.
        ablations: The winner's configuration without this or that, a seed each.
        test: None until the winner was measured.
        environment: Versions and hardware, in words.
        seconds: Wall-clock seconds of each phase (search, retraining, evaluation, test).
        command: The command that repeats the study.
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
