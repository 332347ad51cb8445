"""The networks of TensorFlow's tutorial "Overfit and underfit", which a winner is compared with.

They are trained as the tutorial trains them, but on rows prepared as the study prepares them: Adam
with inverse time decay, batches of 500, early stopping on the cross-entropy without penalties.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from hpsearch.models.preparation import Preparation
from hpsearch.models.recipe import Engine, Recipe, recipe_of
from hpsearch.space.space import Scalar

#: The tutorial's training; half the rate after so many epochs.
BATCH_SIZE, PATIENCE, DECAY_EPOCHS = 500, 200, 1_000

_TRAINING: Mapping[str, Scalar] = {
    "activation": "elu",
    "optimizer": "adam",
    "schedule": "inverse_time",
    "learning_rate": 1e-3,
    "batch_size": BATCH_SIZE,
}


@dataclass(frozen=True, slots=True)
class TutorialNetwork:
    """One of its networks: name, label for people, and the hyperparameters that it differs by."""

    name: str
    label: str
    values: Mapping[str, Scalar]


_LARGE: Mapping[str, Scalar] = {"layers": 4, "units": 512}

TUTORIAL: Mapping[str, TutorialNetwork] = {
    network.name: network
    for network in (
        TutorialNetwork("tiny", "Tiny, 16", {"layers": 1, "units": 16}),
        TutorialNetwork("small", "Small, 16-16", {"layers": 2, "units": 16}),
        TutorialNetwork("medium", "Medium, 3 × 64", {"layers": 3, "units": 64}),
        TutorialNetwork("large", "Large, 4 × 512", _LARGE),
        TutorialNetwork("large_l2", "Large, L2 0.001", {**_LARGE, "l2": 1e-3}),
        TutorialNetwork("large_dropout", "Large, dropout 0.5", {**_LARGE, "dropout": 0.5}),
        TutorialNetwork(
            "large_combined",
            "Large, L2 0.0001 and dropout 0.5",
            {**_LARGE, "l2": 1e-4, "dropout": 0.5},
        ),
    )
}


def tutorial_recipe(
    name: str,
    *,
    preparation: Preparation,
    task: str,
    objective: str,
    classes: int,
    epochs: int,
    engine: Engine,
) -> Recipe:
    """How one of its networks is trained, for at most ``epochs`` epochs."""
    return recipe_of(
        {**asdict(preparation), **_TRAINING, **TUTORIAL[name].values},
        task=task,
        objective=objective,
        classes=classes,
        epochs=epochs,
        patience=PATIENCE,
        decay_epochs=DECAY_EPOCHS,
        engine=engine,
    )
