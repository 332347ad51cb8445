"""All that a study found, as one value: what report, TensorBoard and terminal are made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hpsearch.data.facts import DataFacts
from hpsearch.data.splits import Opening
from hpsearch.search.trial import TrialRecord
from hpsearch.space import Scalar
from hpsearch.study import StudySpec
from hpsearch.training.segment import Curve


@dataclass(frozen=True, slots=True)
class Retrained:
    """One re-training of a trial's configuration with a fresh seed; ``index`` counts its seeds."""

    trial: int
    index: int
    seed: int
    value: float
    best_epoch: int
    epochs: int
    diverged: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A configuration's place on the leaderboard, by the mean over its seeds.

    Attributes:
        search_value: The value for which the search chose it.
        mean: Mean best ``val_binary_crossentropy`` over the seeds; infinite if one diverged.
        deviation: Sample standard deviation over the seeds; 0 for a single seed.
    """

    rank: int
    trial: int
    params: Mapping[str, Scalar]
    search_value: float
    mean: float
    deviation: float
    runs: tuple[Retrained, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric on the test rows.

    Attributes:
        value: Of the exported model, ``models/best.keras``.
        low, high: 95 % bootstrap interval of ``value`` over the test rows.
        seeds: The same configuration's value for each of its seeds.
    """

    value: float
    low: float
    high: float
    seeds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TestResult:
    """What the winner reached on the test rows, and every time they were opened."""

    __test__ = False  # not a test class, whatever pytest makes of its name

    trial: int
    index: int
    rows: int
    metrics: Mapping[str, Measured]
    openings: tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A study's folder, read.

    Attributes:
        folder: The study's folder, ``runs/higgs``.
        trial_curve: Learning curve of a trial by number, float32 ``(epochs, 2, metrics)``.
        run_curve: Learning curve of a re-training by trial and index, of the same shape.
        importances: Share of each parameter in the variance of the value, or empty where there are
            too few trials; ``importance_evaluator`` names the method.
        test: None until the winner was measured.
        environment: Versions and hardware, in words.
        seconds: Wall-clock seconds of each phase (search, retraining, test).
        command: The command that repeats the study.
    """

    folder: Path
    spec: StudySpec
    data: DataFacts
    trials: tuple[TrialRecord, ...]
    trial_curve: Callable[[int], Curve]
    run_curve: Callable[[int, int], Curve]
    importances: Mapping[str, float]
    importance_evaluator: str
    standings: tuple[Standing, ...]
    test: TestResult | None
    environment: Mapping[str, str]
    seconds: Mapping[str, float]
    command: str
