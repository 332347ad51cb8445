"""The passes of each kind of layer."""

from collections.abc import Callable, Mapping
from typing import Any

from hpsearch.models.layers.activation import Activation
from hpsearch.models.layers.batch_normalization import BatchNormalization
from hpsearch.models.layers.dense import Dense
from hpsearch.models.layers.dropout import Dropout
from hpsearch.models.layers.layer import Layer
from hpsearch.models.layers.member_dense import MemberDense
from hpsearch.models.layers.member_dropout import MemberDropout
from hpsearch.models.layers.member_scale import MemberScale
from hpsearch.models.layers.members import Members
from hpsearch.training.compiled.passes.activation import ActivationPasses
from hpsearch.training.compiled.passes.batch_normalization import BatchNormalizationPasses
from hpsearch.training.compiled.passes.dense import DensePasses
from hpsearch.training.compiled.passes.dropout import DropoutPasses
from hpsearch.training.compiled.passes.member_dense import MemberDensePasses
from hpsearch.training.compiled.passes.member_dropout import MemberDropoutPasses
from hpsearch.training.compiled.passes.member_scale import MemberScalePasses
from hpsearch.training.compiled.passes.members import MembersPasses
from hpsearch.training.compiled.passes.passes import Passes

PASSES: Mapping[type, Callable[[Any], Passes]] = {
    Activation: ActivationPasses,
    BatchNormalization: BatchNormalizationPasses,
    Dense: DensePasses,
    Dropout: DropoutPasses,
    MemberDense: MemberDensePasses,
    MemberDropout: MemberDropoutPasses,
    MemberScale: MemberScalePasses,
    Members: MembersPasses,
}


def passes_of(layer: Layer) -> Passes:
    """The passes of a layer.

    Raises:
        KeyError: If its kind has none.
    """
    return PASSES[type(layer)](layer)
