"""A recipe: all that makes a training besides its seed and its rows."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hpsearch.models.dense import knobs_of, network_of
from hpsearch.models.knobs import Knobs
from hpsearch.models.network import Network
from hpsearch.models.preparation import Preparation, preparation_of
from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.space.space import Scalar
from hpsearch.tasks.registry import TASKS
from hpsearch.tasks.task import Task

#: Who trains: whole epochs in one XLA program, or Keras's own ``fit``.
Engine = Literal["compiled", "keras"]

#: The arithmetic behind a recipe; raised when the same recipe comes to train other bits.
ARITHMETIC = 1


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is trained.

    Attributes:
        task: Name of the task, whose loss is minimized.
        objective: Name of the metric by which epochs and trials are ranked.
        preparation: How the rows that it is trained on are prepared.
        batch_size: Rows a step; the last batch of an epoch may be smaller.
        patience: Epochs without a better objective after which a training stops; none that keeps
            its last weights does.
        epochs: The most epochs.
        keep: Which weights are kept, of ``KEPT_WEIGHTS``.
    """

    task: str
    objective: str
    preparation: Preparation
    network: Network
    knobs: Knobs
    batch_size: int
    patience: int
    epochs: int
    engine: Engine
    keep: str = field(default="best", repr=False)

    def identity(self, seed: int, fold: int = 0) -> str:
        """Digest of a training by this recipe, 64 hex digits: equal trainings give equal bits.

        Args:
            seed: Of weights, order of rows and dropout.
            fold: Which of the study's folds it is trained on.
        """
        kept = () if self.keep == "best" else (self.keep,)
        return hashlib.sha256(repr((ARITHMETIC, self, seed, fold, *kept)).encode()).hexdigest()

    def the_task(self) -> Task:
        """The task of this name, judged by the objective."""
        return TASKS[self.task].judged_by(self.objective)


def recipe_of(
    values: Mapping[str, Scalar],
    *,
    epochs: int,
    patience: int,
    decay_epochs: int = 1_000,
    engine: Engine = "compiled",
    task: str = "binary",
    objective: str | None = None,
    classes: int = 0,
) -> Recipe:
    """The recipe of a trial's values.

    Args:
        values: Hyperparameters by name; a missing one has its default, a dead one is off.
        decay_epochs: Epochs after which inverse time decay has halved the learning rate.
        objective: Name of the metric by which epochs and trials are ranked; by default the loss.
        classes: How many classes the table names.
    """
    return Recipe(
        task=task,
        objective=TASKS[task].metric.name if objective is None else objective,
        preparation=preparation_of(values),
        network=network_of(values, outputs=TASKS[task].outputs(classes)),
        knobs=knobs_of(values, epochs=epochs, decay_epochs=decay_epochs),
        batch_size=int(values.get("batch_size", HYPERPARAMETERS["batch_size"].default)),
        patience=patience,
        epochs=epochs,
        engine=engine,
        keep=str(values.get("keep", HYPERPARAMETERS["keep"].default)),
    )
