"""The study file: read, checked whole, and turned into one frozen ``StudySpec``.

All mistakes of a file are told at once, each with its place, the rule and what was found. The plain
sections are pydantic models; hyperparameters, which may stand in ``[network]``, ``[training]`` or
``[space]``, are read by ``domains.py``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import tomli_w
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from hpsearch.domains import read_hyperparameters
from hpsearch.errors import Mistake, StudyFileError, UsageError, did_you_mean, named, shown
from hpsearch.network import HYPERPARAMETERS, Knobs, Network, build
from hpsearch.space import Scalar, Space
from hpsearch.toml import CONTROL, override, parse, read_tables


def _printed(text: str) -> str:
    """Text that a terminal and a file can take; it may have several lines."""
    if CONTROL.search(text.replace("\n", "")):
        raise PydanticCustomError("rule", "must have no control characters")
    return text


def _file_name(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("rule", "must name a file")
    return text


MOST = 100_000_000
Count = Annotated[int, Field(strict=True, ge=1, le=MOST)]
Text = Annotated[str, AfterValidator(_printed)]


class Section(BaseModel):
    """A table of the study file: unknown keys are mistakes, and nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class StudySection(Section):
    """``[study]``: what the study is called, and the seed from which all randomness begins."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    description: Text = ""


class DataSection(Section):
    """``[data]``: where rows come from and how many of them validate, train and test.

    The parts are cut in this order: validation, train, test. ``label`` names the label's column of
    a csv file with a header; 0, the default, is the first column, as in HIGGS.
    """

    source: Literal["higgs", "csv", "collisions"] = "higgs"
    path: Annotated[Text, AfterValidator(_file_name)] | None = None
    label: Text | Annotated[int, Field(ge=0, le=MOST)] = 0
    validation: Annotated[Count, Field(ge=2)] = 1_000
    train: Annotated[Count, Field(ge=2)] = 10_000
    test: Annotated[Count, Field(ge=2)] = 100_000
    shuffle: bool = False

    @model_validator(mode="after")
    def _csv_needs_a_path(self) -> "DataSection":
        if self.source == "csv" and self.path is None:
            raise PydanticCustomError("path", "source 'csv' needs a path")
        return self


class TrainingSection(Section):
    """``[training]``: how every trial is trained; optimizer and its numbers may stand here too.

    ``engine`` is ``compiled``, whole epochs in one XLA program, or ``keras``, Keras's own ``fit``.
    ``patience`` is in epochs without a better ``val_binary_crossentropy``; ``decay_epochs`` is when
    inverse time decay has halved the learning rate.
    """

    engine: Literal["compiled", "keras"] = "compiled"
    batch_size: Count = 500
    epochs: Annotated[Count, Field(le=100_000)] = 300
    patience: Count = 50
    decay_epochs: Count = 1_000


class SearchSection(Section):
    """``[search]``: who proposes, who prunes, how many trials, how many at a time.

    ``parallel`` counts trials in flight on the virtual clock and is part of what makes the result;
    the number of worker processes is not. The samplers ``tpe`` and ``random`` are Optuna's;
    ``bayesian``, a Gaussian process, and ``keras_tuner_random``, which repeats no configuration,
    are KerasTuner's. ``startup_trials`` are random before TPE or the Gaussian process begins and
    complete before the median pruner does. No trial is pruned before ``warmup``, a share of
    ``training.epochs``, has passed; ``warmup_epochs``, if given, says how many epochs instead.
    """

    sampler: Literal["tpe", "random", "bayesian", "keras_tuner_random"] = "tpe"
    startup_trials: Annotated[int, Field(ge=0, le=MOST)] = 10
    pruner: Literal["median", "successive_halving", "hyperband", "patient", "none"] = "median"
    warmup: Annotated[float, Field(ge=0, le=1)] = 0.1
    warmup_epochs: Annotated[int, Field(ge=0)] | None = None
    reduction_factor: Annotated[int, Field(ge=2, le=MOST)] = 3
    patience_reports: Annotated[int, Field(ge=0, le=MOST)] = 3
    trials: Annotated[int, Field(ge=0, le=1_000_000)] = 100
    parallel: Annotated[Count, Field(le=1_024)] = 8


#: What the winner may be compared with.
Baseline = Literal[
    "tiny",
    "small",
    "medium",
    "large",
    "large_l2",
    "large_dropout",
    "large_combined",
    "logistic_regression",
    "gradient_boosting",
]
BASELINES: tuple[Baseline, ...] = get_args(Baseline)


class EvaluateSection(Section):
    """``[evaluate]``: what is trained after the search, so that the report can say what to believe.

    The best ``top`` configurations are trained again with so many fresh ``seeds`` each. With
    ``ablation`` the winner is trained without each of its regularisers, with the same seeds.
    ``baselines`` are measured beside it: TensorFlow's tutorial's seven networks, trained for at
    most ``baseline_epochs``, and two models of scikit-learn, by default these two alone.
    """

    top: Annotated[Count, Field(le=100)] = 3
    seeds: Annotated[Count, Field(le=100)] = 3
    ablation: bool = True
    baselines: Annotated[tuple[Baseline, ...], Field(strict=False)] = (
        "logistic_regression",
        "gradient_boosting",
    )
    baseline_epochs: Annotated[Count, Field(le=100_000)] = 10_000

    @field_validator("baselines")
    @classmethod
    def _each_once(cls, baselines: tuple[Baseline, ...]) -> tuple[Baseline, ...]:
        if len(set(baselines)) < len(baselines):
            raise PydanticCustomError("rule", "must name each once")
        return baselines


class StudySpec(Section):
    """A whole study: everything that its result is a function of, besides the rows."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    study: StudySection
    data: DataSection = DataSection()
    training: TrainingSection = TrainingSection()
    search: SearchSection = SearchSection()
    evaluate: EvaluateSection = EvaluateSection()
    space: Space
    hyperparameters: Mapping[str, Mapping[str, Any]]

    @property
    def warmup_epochs(self) -> int:
        """Epochs before which no trial is pruned; of a share that is not whole, the whole part.

        The share counts as the decimal that is written: 0.29 of 100 epochs are 29.
        """
        if self.search.warmup_epochs is not None:
            return self.search.warmup_epochs
        return int(Fraction(repr(self.search.warmup)) * self.training.epochs)

    def build(self, params: Mapping[str, Scalar]) -> tuple[Network, Knobs]:
        """What a trial with these values trains."""
        return build(
            self.space.complete(params),
            epochs=self.training.epochs,
            decay_epochs=self.training.decay_epochs,
        )

    def as_toml(self) -> str:
        """The study file with every default written out; reading it gives an equal spec."""
        sections = {
            name: section.model_dump(exclude_none=True)
            for name, section in (
                *(("study", self.study), ("data", self.data), ("training", self.training)),
                *(("search", self.search), ("evaluate", self.evaluate)),
            )
        }
        for name, written in self.hyperparameters.items():
            sections[name] = {**sections.get(name, {}), **written}
        order = ("study", "data", "network", "space", "training", "search", "evaluate")
        return tomli_w.dumps({name: sections[name] for name in order if sections.get(name)})


SECTIONS: Mapping[str, type[Section]] = {
    "study": StudySection,
    "data": DataSection,
    "training": TrainingSection,
    "search": SearchSection,
    "evaluate": EvaluateSection,
}


def shipped_studies() -> Path:
    """The folder of study files that come with the package."""
    inside = Path(__file__).parent / "studies"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "studies"


def find_studies() -> dict[str, Path]:
    """Study files by name: those in ``./studies`` first, then those shipped."""
    folders = (shipped_studies(), Path("studies"))
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}


def find_study(study: str) -> Path:
    """The file of a study given by name or path.

    Raises:
        UsageError: If there is none, with the nearest name.
    """
    if study.endswith(".toml") or "/" in study:
        path = Path(study)
        try:
            path.stat()
        except (OSError, ValueError):
            raise UsageError(
                f"--study must name a study or a file; there is no file {named(study)}"
            ) from None
        return path
    known = find_studies()
    if study in known:
        return known[study]
    raise UsageError(
        f"--study must name a study or a file, got {shown(study)}{did_you_mean(study, known)}; "
        f"known studies: {', '.join(sorted(known))}"
    )


def read_study(path: Path, overrides: Sequence[str] = ()) -> StudySpec:
    """Read and check a study file.

    Args:
        path: A TOML file of at most 1 MiB.
        overrides: ``section.key=value`` entries that replace those of the file, values in TOML
            (bare words are strings), checked the same way.

    Raises:
        StudyFileError: With all mistakes of the file and the overrides.
        UsageError: If the file cannot be read as text.
    """
    tables, mistakes = read_tables(path, overrides)
    return check_study(tables, str(path), mistakes)


def read_study_text(text: str, file: str, overrides: Sequence[str]) -> StudySpec:
    """Read and check a study that is at hand as text; see ``read_study``."""
    tables, mistakes = override(parse(text), overrides)
    return check_study(tables, file, mistakes)


def check_study(raw: Mapping[str, Any], file: str, mistakes: Sequence[Mistake] = ()) -> StudySpec:
    """Check the parsed tables of a study file; ``file`` names it in messages.

    Raises:
        StudyFileError: With ``mistakes`` found before and all that are found here.
    """
    found = list(mistakes)
    known = (*SECTIONS, "network", "space")
    tables: dict[str, dict[str, Any]] = {}
    for name, table in raw.items():
        if name not in known:
            found.append(Mistake(name, f"is not a section{did_you_mean(name, known)}"))
        elif not isinstance(table, dict):
            found.append(Mistake(name, f"must be a table, [{name}], got {shown(table)}"))
        else:
            tables[name] = table

    hyperparameters = {
        section: {
            key: value
            for key, value in tables.get(section, {}).items()
            if section != "training" or key in HYPERPARAMETERS
        }
        for section in ("network", "training", "space")
    }
    searched = tables.get("search", {}).get("trials") != 0
    space, space_mistakes = read_hyperparameters(hyperparameters, searched=searched)

    checked: dict[str, Section] = {}
    for name, model in SECTIONS.items():
        table = {
            key: value
            for key, value in tables.get(name, {}).items()
            if not (name == "training" and key in HYPERPARAMETERS)
        }
        try:
            checked[name] = model.model_validate(table)
        except ValidationError as error:
            found.extend(_explain(name, model, error))
    found.extend(space_mistakes)
    found.extend(_check_together(checked))
    if found:
        raise StudyFileError(file, found)
    return StudySpec.model_validate({**checked, "space": space, "hyperparameters": hyperparameters})


def _check_together(checked: Mapping[str, Section]) -> Iterator[Mistake]:
    """Rules that hold between sections."""
    match checked:
        case {"training": TrainingSection() as training, "search": SearchSection() as search}:
            warmup = search.warmup_epochs
            if warmup is not None and warmup > training.epochs:
                yield Mistake(
                    "search.warmup_epochs",
                    f"must be at most training.epochs = {training.epochs}, got {shown(warmup)}",
                )


def _explain(section: str, model: type[Section], error: ValidationError) -> Iterator[Mistake]:
    """Pydantic's errors by the house rules."""
    told: set[str] = set()
    for detail in error.errors(include_url=False):
        key = str(detail["loc"][0]) if detail["loc"] else ""
        place = f"{section}.{key}" if key else section
        if place not in told:  # a union tells one error a member
            told.add(place)
            yield Mistake(place, _rule(detail, key, model))


def _rule(detail: ErrorDetails, key: str, model: type[Section]) -> str:
    found = shown(detail["input"])
    match detail["type"]:
        case "extra_forbidden":
            return f"is not a key of this section{did_you_mean(key, model.model_fields)}"
        case "missing":
            return "is required and not there"
        case "path":
            return detail["msg"]
        case "rule":
            return f"{detail['msg']}, got {found}"
        case "literal_error":
            return f"must be one of {detail['ctx']['expected']}, got {found}"
        case "string_unicode":
            return f"must be text, got {found}"
        case "string_pattern_mismatch":
            return (
                "must be 1 to 64 lower-case letters, digits, - or _, "
                f"a letter or digit first, got {found}"
            )
    rule = re.sub(r"^Input should be (a valid )?", "", detail["msg"])
    words = {"integer": "a whole number", "string": "text", "boolean": "true or false"}
    rule = re.sub(r"greater than or equal to", "at least", rule)
    rule = re.sub(r"less than or equal to", "at most", rule)
    return f"must be {words.get(rule, rule)}, got {found}"
