"""The family of dense networks: a trial's values as a network and its knobs."""

from collections.abc import Iterator, Mapping, Sequence

from hpsearch.models.knobs import Knobs, OfLayers
from hpsearch.models.layers.activation import Activation
from hpsearch.models.layers.batch_normalization import BatchNormalization
from hpsearch.models.layers.dense import Dense
from hpsearch.models.layers.dropout import Dropout
from hpsearch.models.layers.layer import Layer
from hpsearch.models.network import Network
from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.space.layered import values_by_layer
from hpsearch.space.space import Scalar


def dense_network(
    widths: Sequence[int], activation: str, *, batch_normalization: bool, outputs: int
) -> Network:
    """Hidden blocks of dense layer, batch normalization if asked for, activation and dropout.

    Batch normalization has a shift of its own, which takes the place of the bias. Without hidden
    blocks it is a linear model, and penalties are on its only kernel.
    """

    def blocks() -> Iterator[Layer]:
        for units in widths:
            yield Dense(units, use_bias=not batch_normalization)
            if batch_normalization:
                yield BatchNormalization()
            yield Activation(activation)
            yield Dropout()

    return Network((*blocks(), Dense(outputs, penalized=not widths)))


def network_of(values: Mapping[str, Scalar], *, outputs: int) -> Network:
    """The network of a trial's values.

    Args:
        values: Hyperparameters by name; a missing one has its default. ``layers.0.units`` and its
            like, where present, take the place of ``units``.
        outputs: Columns of the last layer.
    """
    return dense_network(
        [int(units) for units in values_by_layer(values, "units")],
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
        l1=_of_layers(values, "l1"),
        l2=_of_layers(values, "l2"),
        dropout=_of_layers(values, "dropout"),
        clip_norm=float(_value(values, "clip_norm")),
    )


def _of_layers(values: Mapping[str, Scalar], name: str) -> OfLayers:
    own = tuple(map(float, values_by_layer(values, name)))
    if len(set(own)) > 1:
        return own
    return own[0] if own else float(_value(values, name))


def _value(values: Mapping[str, Scalar], name: str) -> Scalar:
    return values.get(name, HYPERPARAMETERS[name].default)
