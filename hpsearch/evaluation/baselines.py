"""What one would use anyway: the tutorial's seven networks, and two models of scikit-learn.

The networks are trained as TensorFlow's tutorial "Overfit and underfit" trains them, but on
standardised features, as all networks here: Adam with inverse time decay, batches of 500, early
stopping on ``val_binary_crossentropy``.
"""

from collections.abc import Mapping

from hpsearch.evaluation.runs import Run
from hpsearch.models.network import Knobs, Network, build
from hpsearch.seeds import baseline_seed
from hpsearch.space.space import Scalar
from hpsearch.study.sections import BASELINES, TrainingSection
from hpsearch.study.spec import StudySpec

#: Steps of the tutorial's schedule: half the rate after 1,000 epochs.
DECAY_EPOCHS = 1_000

#: The tutorial's networks by name: label and hyperparameters.
_TUTORIAL: Mapping[str, tuple[str, Mapping[str, Scalar]]] = {
    "tiny": ("Tiny, 16", {"layers": 1, "units": 16}),
    "small": ("Small, 16-16", {"layers": 2, "units": 16}),
    "medium": ("Medium, 3 × 64", {"layers": 3, "units": 64}),
    "large": ("Large, 4 × 512", {"layers": 4, "units": 512}),
    "large_l2": ("Large, L2 0.001", {"layers": 4, "units": 512, "l2": 1e-3}),
    "large_dropout": ("Large, dropout 0.5", {"layers": 4, "units": 512, "dropout": 0.5}),
    "large_combined": (
        "Large, L2 0.0001 and dropout 0.5",
        {"layers": 4, "units": 512, "l2": 1e-4, "dropout": 0.5},
    ),
}

_SCIKIT_LEARN = {
    "logistic_regression": "Logistic regression",
    "gradient_boosting": "Histogram gradient boosting",
}


def label_of(baseline: str) -> str:
    """The name for people."""
    return _SCIKIT_LEARN.get(baseline) or _TUTORIAL[baseline][0]


def is_network(baseline: str) -> bool:
    """Whether it is one of the tutorial's networks."""
    return baseline in _TUTORIAL


def tutorial_training(spec: StudySpec) -> TrainingSection:
    """The tutorial's training, by the study's engine."""
    return TrainingSection(
        engine=spec.training.engine,
        batch_size=500,
        epochs=spec.evaluate.baseline_epochs,
        patience=200,
        decay_epochs=DECAY_EPOCHS,
    )


def tutorial_network(baseline: str) -> tuple[Network, Knobs]:
    """A network of the tutorial, with its optimizer and schedule."""
    fixed = {"activation": "elu", "optimizer": "adam", "schedule": "inverse_time"}
    values = {**fixed, "learning_rate": 1e-3, **_TUTORIAL[baseline][1]}
    return build(values, epochs=1, decay_epochs=DECAY_EPOCHS)


def baseline_runs(spec: StudySpec) -> tuple[Run, ...]:
    """The trainings of the networks among the study's baselines, one seed each."""
    training = tutorial_training(spec)
    return tuple(
        Run(
            f"baseline-{name}",
            name,
            label_of(name),
            *tutorial_network(name),
            baseline_seed(spec.study.seed, BASELINES.index(name)),
            training,
        )
        for name in spec.evaluate.baselines
        if is_network(name)
    )
