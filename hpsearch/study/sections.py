"""The sections of a study file as pydantic models: their keys, defaults and rules."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from hpsearch.models.recipe import Engine
from hpsearch.models.tutorial import TUTORIAL
from hpsearch.space.space import Scalar
from hpsearch.study.cutting import Size, with_defaults
from hpsearch.study.pruners import Median, Pruner
from hpsearch.study.samplers import Sampler, Tpe
from hpsearch.study.section import MOST, Count, StudyTable, Text
from hpsearch.study.table_keys import TableKeys
from hpsearch.study.tagged import spread_options
from hpsearch.study.weights import ClassWeights, ThresholdRule
from hpsearch.tasks.registry import TASKS
from hpsearch.tasks.task import Task


def _file_name(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("rule", "must name a file")
    return text


class StudySection(StudyTable):
    """``[study]``: what the study is called, and the seed from which all randomness begins."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    description: Text = ""


#: Where rows may come from; ``data.sources.registry`` has a source for each.
#: ``csv`` is another name of ``file``.
SourceName = Literal[
    "higgs",
    "file",
    "csv",
    "collisions",
    "linear",
    "scikit-learn",
    "openml",
    "frame",
    "fashion-mnist",
    "imdb",
]


def _task_name(name: str) -> str:
    if name not in TASKS:
        raise PydanticCustomError("rule", f"must be one of {', '.join(map(repr, TASKS))}")
    return name


class DataSection(TableKeys):
    """``[data]``: where rows come from, what is predicted, and which rows are for what.

    ``path`` is relative to the study file, and may be left out where ``--data`` names the file.
    ``name`` is that of a set of scikit-learn, or the number of a table of OpenML. ``label`` names
    the label's column, or counts to it; 0, the default, is the first, as in HIGGS. ``task`` says
    what the label is: ``binary``, two classes; ``multiclass``; ``regression``, a number.

    ``validation``, ``train`` and ``test`` are counts of rows or shares of all rows; without
    ``train`` it is all other rows. The test is cut first: neither ``validation`` nor ``train``
    moves a row into it or out. A user's rows are shuffled by the study's seed and, where classes
    are predicted, stratified by them; with ``shuffle = false`` the last rows are the test and the
    first validate. HIGGS and simulated rows keep the tutorial's order: validation, train, test.

    ``group`` names a column of which no value is on both sides of a cut, ``time`` one by which the
    latest rows are the test and those before them validate, ``part`` one that says train,
    validation or test in each row; where it names no validation rows, they are cut from the train
    rows. The columns ``group`` and ``part`` are no features; ``time`` stays one. With ``test_path``
    the test is a file of its own, with ``validation_path`` also the validation rows.

    With ``folds`` above 1 all rows that are not sealed validate in turn, and there is no
    ``validation``: each network is trained once for each fold, on the others, and its value is the
    mean; ``repeats`` deals the rows out anew so many times. With ``time`` a fold trains on all rows
    before those that validate. It is for tables of some 2,000 rows or fewer, where one part that
    validates is too small to choose by.

    ``weight`` names a column that says what each row counts in the loss and in all metrics, a
    number of at least 0; only the ratios of these numbers matter. It is no feature.

    How rows are prepared may stand here too, or in ``[space]`` to be searched. ``scaling`` brings
    columns of numbers to like size: ``standard`` by mean and deviation, ``robust`` by median and
    quartiles with far values drawn in, ``quantile`` to a normal distribution, ``pixel`` divides
    them by 255. With ``target_transform = "log"`` networks learn the logarithm of a number above
    the least. ``number_encoding`` puts bins beside columns of numbers, at most ``bins`` each:
    ``quantile_bins`` by quantiles, ``tree_bins`` by a decision tree on the target.
    """

    source: SourceName = "higgs"
    path: Annotated[Text, AfterValidator(_file_name)] | None = None
    name: Text | None = None
    task: Annotated[str, AfterValidator(_task_name)] = "binary"
    label: Text | Annotated[int, Field(ge=0, le=MOST)] = 0
    validation: Size | None = None
    train: Size | None = None
    test: Size | None = None
    shuffle: bool
    stratify: bool
    group: Text | None = None
    time: Text | None = None
    part: Text | None = None
    folds: Annotated[Count, Field(le=100)] = 1
    repeats: Annotated[Count, Field(le=100)] = 1
    weight: Text | None = None
    test_path: Annotated[Text, AfterValidator(_file_name)] | None = None
    validation_path: Annotated[Text, AfterValidator(_file_name)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, entries: Any) -> Any:
        return with_defaults(entries) if isinstance(entries, dict) else entries


class TrainingSection(StudyTable):
    """``[training]``: how every trial is trained; its hyperparameters may stand here too.

    ``engine`` is ``compiled``, whole epochs in one XLA program, or ``keras``, Keras's own ``fit``.
    ``patience`` is in epochs without a better value of the objective, and never ends a training
    that keeps its last weights; ``decay_epochs`` is when inverse time decay has halved the rate.

    ``class_weights`` is what rows of a class count in the loss: ``"balanced"``, for classes that
    all count alike whatever their rows, or numbers by the classes' names. No metric counts them.
    """

    engine: Engine = "compiled"
    epochs: Annotated[Count, Field(le=100_000)] = 300
    patience: Count = 50
    decay_epochs: Count = 1_000
    class_weights: ClassWeights | None = None


def _are_scalars(values: Iterable[Any]) -> bool:
    return all(isinstance(value, Scalar) for value in values)


def _checked_trials(entry: Any) -> Any:
    trials = entry if isinstance(entry, list | tuple) else [None]
    if all(isinstance(trial, Mapping) and _are_scalars(trial.values()) for trial in trials):
        return entry
    raise PydanticCustomError(
        "rule", "must be a list of tables, each of values by hyperparameter, [{ units = 16 }]"
    )


#: Trials by their hyperparameters.
NamedTrials = Annotated[
    tuple[dict[str, Scalar], ...], BeforeValidator(_checked_trials), Field(strict=False)
]


class SearchSection(StudyTable):
    """``[search]``: who proposes, who prunes, how many trials, how many at a time.

    ``objective`` is what trials are stopped, pruned and ranked by, by default the task's loss on
    the validation rows, ``val_binary_crossentropy``; networks are trained on the loss in any case.
    ``sampler`` and ``pruner`` are names, or tables of a name and its options; an option may also
    stand beside them, ``startup_trials = 5``, for each that has it. ``parallel`` counts trials that
    train at a time on the virtual clock and is part of what makes the result; the number of worker
    processes is not. No trial is pruned before ``warmup``, a share of ``training.epochs``, has
    passed; ``warmup_epochs``, if given, says how many epochs instead.

    ``start`` names the first trials by their hyperparameters, one table each: what is known to be
    worth a look. They are checked against the space and tried before the sampler proposes others.
    """

    objective: Text | None = None
    sampler: Sampler = Tpe()
    pruner: Pruner = Median()
    warmup: Annotated[float, Field(ge=0, le=1)] = 0.1
    warmup_epochs: Annotated[int, Field(ge=0)] | None = None
    trials: Annotated[int, Field(ge=0, le=1_000_000)] = 100
    parallel: Annotated[Count, Field(le=1_024)] = 8
    start: NamedTrials | None = None

    @model_validator(mode="before")
    @classmethod
    def _options(cls, entries: Any) -> Any:
        return spread_options(cls, entries) if isinstance(entries, dict) else entries


def baselines_of(task: Task) -> tuple[str, ...]:
    """What the winner may be compared with: the tutorial's networks, models of scikit-learn."""
    return (*TUTORIAL, *(model.name for model in task.estimators))


#: The baselines of all tasks.
BASELINES = tuple(dict.fromkeys(name for task in TASKS.values() for name in baselines_of(task)))


def _known_baseline(name: str) -> str:
    if name not in BASELINES:
        known = f"{', '.join(map(repr, BASELINES[:-1]))} or {BASELINES[-1]!r}"
        raise PydanticCustomError("rule", f"must be one of {known}")
    return name


Baseline = Annotated[str, AfterValidator(_known_baseline)]

#: What the saved model is: the mean of the winner's seeds, or one of them.
Export = Literal["mean", "single"]


class EvaluateSection(StudyTable):
    """``[evaluate]``: what is trained after the search, so that the report can say what to believe.

    The best ``top`` configurations are trained again with so many fresh ``seeds`` each. With
    ``ablation`` the winner is trained without each of its regularizers, with the same seeds.
    ``baselines`` are measured beside it: TensorFlow's tutorial's seven networks, trained for at
    most ``baseline_epochs``, and two models of scikit-learn, by default these two alone; for a
    number they are ``ridge_regression`` and ``gradient_boosting``.

    Of two classes, the second is called from a probability on, the ``threshold``, that is best on
    the validation rows: by ``"accuracy"``, the default, by ``"f1"``, or by what mistakes cost,
    ``{ false_positive = 1, false_negative = 10 }``.

    ``export`` says what the saved model is: the ``"mean"`` of the winner's seeds, or the
    ``"single"`` network of them that is best on the validation rows. With ``ensemble`` a greedy
    ensemble of all networks of the search is saved, and measured beside it.
    """

    top: Annotated[Count, Field(le=100)] = 3
    seeds: Annotated[Count, Field(le=100)] = 3
    ablation: bool = True
    baselines: Annotated[tuple[Baseline, ...], Field(strict=False)] = (
        "logistic_regression",
        "gradient_boosting",
    )
    baseline_epochs: Annotated[Count, Field(le=100_000)] = 10_000
    threshold: ThresholdRule | None = None
    export: Export = "mean"
    ensemble: bool = False

    @field_validator("baselines")
    @classmethod
    def _each_once(cls, baselines: tuple[Baseline, ...]) -> tuple[Baseline, ...]:
        if len(set(baselines)) < len(baselines):
            raise PydanticCustomError("rule", "must name each once")
        return baselines
