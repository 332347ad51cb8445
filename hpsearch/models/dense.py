"""The family of dense networks: a trial's values as a network and its knobs."""

from collections.abc import Iterator, Mapping, Sequence

from hpsearch.models.knobs import Knobs
from hpsearch.models.layers.activation import Activation
from hpsearch.models.layers.batch_normalization import BatchNormalization
from hpsearch.models.layers.dense import Dense
from hpsearch.models.layers.dropout import Dropout
from hpsearch.models.layers.layer import Layer
from hpsearch.models.network import Network
from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.space.space import Scalar


def dense_network(
    widths: Sequence[int], activation: str, *, batch_normalization: bool, outputs: int
) -> Network:
    """Hidden blocks of dense layer, batch normalization if asked for, activation and dropout.

    Batch normalization has a shift of its own, which takes the place of the bias.
    """

    def blocks() -> Iterator[Layer]:
        for units in widths:
            yield Dense(units, use_bias=not batch_normalization)
            if batch_normalization:
                yield BatchNormalization()
            yield Activation(activation)
            yield Dropout()

    return Network((*blocks(), Dense(outputs, penalized=False)))


def network_of(values: Mapping[str, Scalar], *, outputs: int) -> Network:
    """The network of a trial's values.

    Args:
        values: Hyperparameters by name; a missing one has its default. ``layers.0.units`` and its
            like, where present, take the place of ``units``.
        outputs: Columns of the last layer.
    """
    depth, units = int(_value(values, "layers")), _value(values, "units")
    return dense_network(
        [int(values.get(f"layers.{layer}.units", units)) for layer in range(depth)],
        str(_value(values, "activation")),
        batch_normalization=bool(_value(values, "batch_normalization")),
        outputs=outputs,
    )


def knobs_of(values: Mapping[str, Scalar], *, epochs: int, decay_epochs: int) -> Knobs:
    """The knobs of a trial's values.

    Args:
        values: Hyperparameters by name; a missing one has its default, which switches it off.
        epochs: The most epochs of a training, the horizon of the cosine schedule.
        decay_epochs: Epochs after which inverse time decay has halved the learning rate.
    """
    schedule = str(_value(values, "schedule"))
    return Knobs(
        optimizer=str(_value(values, "optimizer")),
        learning_rate=float(_value(values, "learning_rate")),
        schedule=schedule,
        schedule_epochs=decay_epochs if schedule == "inverse_time" else epochs,
        momentum=float(_value(values, "momentum")),
        nesterov=bool(_value(values, "nesterov")),
        weight_decay=float(_value(values, "weight_decay")),
        l1=float(_value(values, "l1")),
        l2=float(_value(values, "l2")),
        dropout=float(_value(values, "dropout")),
        clip_norm=float(_value(values, "clip_norm")),
    )


def _value(values: Mapping[str, Scalar], name: str) -> Scalar:
    return values.get(name, HYPERPARAMETERS[name].default)
