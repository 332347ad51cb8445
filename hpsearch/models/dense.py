"""The family of dense networks: a trial's values as a network and its knobs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from hpsearch.models.arrays import Initializer
from hpsearch.models.knobs import Knobs, OfLayers
from hpsearch.models.layers.activation import Activation
from hpsearch.models.layers.batch_normalization import BatchNormalization
from hpsearch.models.layers.dense import Dense
from hpsearch.models.layers.dropout import Dropout
from hpsearch.models.layers.layer import Layer
from hpsearch.models.layers.member_dense import MemberDense
from hpsearch.models.layers.member_dropout import MemberDropout
from hpsearch.models.layers.member_scale import MemberScale
from hpsearch.models.layers.members import Members
from hpsearch.models.network import Network
from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.space.layered import values_by_layer
from hpsearch.space.space import Scalar


@dataclass(frozen=True, slots=True)
class Membership:
    """How the members of a network differ.

    Attributes:
        members: How many; 1 for a plain network.
        adapter: Where members have scales of their own: ``layers``, around each hidden layer with
            biases of their own; ``input``, at the features alone, which is cheaper. Each has its
            own output layer.
        initializer: How the scales at the features begin: ``normal`` or ``signs``.
        shared_dropout: Whether a row's members drop the same units.
    """

    members: int = 1
    adapter: str = "layers"
    initializer: Initializer = "normal"
    shared_dropout: bool = True


def dense_network(
    widths: Sequence[int],
    activation: str,
    *,
    batch_normalization: bool,
    outputs: int,
    membership: Membership = Membership(),
) -> Network:
    """Hidden blocks of dense layer, batch normalization if asked for, activation and dropout.

    Batch normalization has a shift of its own, which takes the place of the bias. Without hidden
    blocks it is a linear model, and penalties are on its only kernel.
    """
    if membership.members > 1:
        layers = _member_layers(widths, activation, batch_normalization, outputs, membership)
        return Network(tuple(layers))

    def blocks() -> Iterator[Layer]:
        for units in widths:
            yield Dense(units, use_bias=not batch_normalization)
            if batch_normalization:
                yield BatchNormalization()
            yield Activation(activation)
            yield Dropout()

    return Network((*blocks(), Dense(outputs, penalized=not widths)))


def _member_layers(
    widths: Sequence[int],
    activation: str,
    batch_normalization: bool,
    outputs: int,
    membership: Membership,
) -> Iterator[Layer]:
    """The same with members; where each has a bias, batch normalization does not replace it."""
    members, everywhere = membership.members, membership.adapter == "layers"
    yield Members(members)
    yield MemberScale(members, membership.initializer)
    for place, units in enumerate(widths):
        if everywhere and place:
            yield MemberScale(members)
        yield Dense(units, use_bias=not everywhere and not batch_normalization)
        if everywhere:
            yield MemberScale(members, use_bias=True)
        if batch_normalization:
            yield BatchNormalization()
        yield Activation(activation)
        yield MemberDropout(members, membership.shared_dropout)
    yield MemberDense(members, outputs, penalized=not widths)


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
        membership=Membership(
            int(_value(values, "members")),
            str(_value(values, "member_adapter")),
            cast("Initializer", _value(values, "member_scales")),
            _value(values, "member_dropout") == "shared",
        ),
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
