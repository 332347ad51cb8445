"""A whole study as one frozen value."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import tomli_w
from pydantic import ConfigDict

from hpsearch.models.recipe import Recipe, recipe_of
from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.space.space import Scalar, Space
from hpsearch.study.section import StudyTable
from hpsearch.study.sections import (
    DataSection,
    EvaluateSection,
    SearchSection,
    StudySection,
    TrainingSection,
)
from hpsearch.study.weights import ThresholdRule
from hpsearch.tasks.registry import TASKS
from hpsearch.tasks.task import Task


class StudySpec(StudyTable):
    """A whole study: everything that its result is a function of, besides the rows."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    study: StudySection
    data: DataSection = DataSection.model_validate({})
    training: TrainingSection = TrainingSection()
    search: SearchSection = SearchSection()
    evaluate: EvaluateSection = EvaluateSection()
    space: Space
    hyperparameters: Mapping[str, Mapping[str, Any]]

    @property
    def folds(self) -> int:
        """On how many folds each trial is trained."""
        return self.data.folds * self.data.repeats

    @property
    def most_epochs(self) -> int:
        """The most epochs of a trial, over all folds."""
        return self.training.epochs * self.folds

    @property
    def warmup_epochs(self) -> int:
        """Epochs before which no trial is pruned; of a share that is not whole, the whole part.

        The share counts as the decimal that is written: 0.29 of 100 epochs are 29.
        """
        if self.search.warmup_epochs is not None:
            return self.search.warmup_epochs
        return int(Fraction(repr(self.search.warmup)) * self.training.epochs)

    @property
    def keeps(self) -> tuple[Scalar, ...]:
        """Which weights trials may keep."""
        return self.space.values_of("keep", HYPERPARAMETERS["keep"].default)

    @property
    def task(self) -> Task:
        """What the study predicts, judged by the study's objective."""
        task, objective = TASKS[self.data.task], self.search.objective
        return task if objective is None else task.judged_by(objective.removeprefix("val_"))

    @property
    def threshold(self) -> ThresholdRule:
        """By what the probability is chosen from which a row is called 1."""
        return self.evaluate.threshold or "accuracy"

    def recipe(self, params: Mapping[str, Scalar], classes: int) -> Recipe:
        """How a trial with these values is trained.

        Args:
            params: The hyperparameters' values by name.
            classes: How many classes the table names; see ``Table``.
        """
        training = self.training
        return recipe_of(
            self.space.complete(params),
            task=self.task.name,
            objective=self.task.metric.name,
            classes=classes,
            epochs=training.epochs,
            patience=training.patience,
            decay_epochs=training.decay_epochs,
            engine=training.engine,
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
