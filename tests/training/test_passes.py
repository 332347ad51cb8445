"""The passes under XLA, held to the NumPy reference and to the gradient of TensorFlow's tape."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch.models.arrays import Arrays
from hpsearch.models.layers.layer import Layer
from hpsearch.models.network import Network
from hpsearch.training.compiled.shapes import Shape, flatten, padded_widths, unflatten
from tests.models.networks import (
    COLUMNS,
    LAYERS,
    NETWORKS,
    ROWS,
    drawn,
    kinds,
    members_before,
    members_behind,
    random_arrays,
    rows_of,
    weights_of,
)

pytestmark = pytest.mark.usefixtures("tensorflow")

#: What rows count in the mean of a batch: all the same, or some rows pad it.
SHARES: dict[str, Any] = {
    "full": 1.0 / ROWS,
    "padded": np.where(np.arange(ROWS) < 20, 1 / 20, 0).astype(np.float32),
}


def compiled(function: Any, *arguments: Any) -> Any:
    """The function's values under XLA, for arguments that are arrays."""
    import tensorflow as tf

    tensors = tf.nest.map_structure(tf.constant, arguments)
    return tf.function(function, jit_compile=True, autograph=False)(*tensors)


def assert_close(values: Any, expected: Any) -> None:
    """Equal to 1e-4 of each value, or of a hundredth of the largest where sums cancel."""
    scale = float(np.abs(np.asarray(expected)).max(initial=0))
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-6 * max(scale, 1e-3))


def shape_of(network: Network) -> Shape:
    """The shape that a network has without padding."""
    return Shape(
        "binary",
        "binary_crossentropy",
        "none",
        network,
        False,
        False,
        False,
        COLUMNS,
        ROWS,
        ROWS,
        ROWS,
    )


def padded(network: Network) -> Shape:
    return shape_of(network.with_widths(padded_widths(network.widths)))


def masks_of(network: Network) -> list[NDArray[np.float32] | None]:
    """What dropout multiplies each layer's values with, at a rate of 0.5."""
    rng = np.random.default_rng(2)
    return [
        2 * rng.integers(0, 2, (ROWS, numbers)).astype(np.float32)
        if (numbers := drawn(layer, columns))
        else None
        for layer, columns in zip(network.layers, network.inputs(COLUMNS), strict=True)
    ]


def test_every_kind_of_layer_has_passes() -> None:
    from hpsearch.training.compiled.passes.registry import PASSES

    assert set(PASSES) == kinds()


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_each_layer_predicts_as_its_reference(layer: Layer) -> None:
    from hpsearch.training.compiled.passes.registry import passes_of

    x, specs = rows_of(members=members_before(layer)) * 3, layer.arrays(COLUMNS)
    arrays = random_arrays(specs)
    trained = [array for spec, array in zip(specs, arrays, strict=True) if spec.trained]
    moving = [array for spec, array in zip(specs, arrays, strict=True) if not spec.trained]
    averages = np.stack(moving) if moving else np.zeros((2, 0), np.float32)
    predicted = compiled(passes_of(layer).predict, trained, x, averages)
    np.testing.assert_allclose(predicted, layer.apply(arrays, x), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("share", SHARES.values(), ids=SHARES)
@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_each_layer_goes_back_as_the_tape_does(layer: Layer, share: Any) -> None:
    import tensorflow as tf

    from hpsearch.training.compiled.passes.passes import Batch
    from hpsearch.training.compiled.passes.registry import passes_of

    passes, specs = passes_of(layer), layer.arrays(COLUMNS)
    arrays = random_arrays(spec for spec in specs if spec.trained)
    slopes = rows_of(layer.outputs(COLUMNS), seed=3, members=members_behind(layer))
    (mask,) = masks_of(Network((layer,)))
    batch = Batch(share, mask)

    def written(arrays: Sequence[Any], x: Any, slopes: Any) -> Any:
        kept = passes.forward(arrays, x, batch).kept
        return passes.backward(arrays, kept, slopes, batch)

    def derived(arrays: Sequence[Any], x: Any, slopes: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch((x, arrays))
            total = tf.reduce_sum(passes.forward(arrays, x, batch).values * slopes)
        return tape.gradient(total, (x, arrays))

    arguments = (arrays, rows_of(members=members_before(layer)), slopes)
    inputs, gradients = compiled(written, *arguments)
    expected_inputs, expected = compiled(derived, *arguments)
    assert_close(inputs, expected_inputs)
    for gradient, by_tape in zip(gradients, expected, strict=True):
        assert gradient.shape == by_tape.shape
        assert_close(gradient, by_tape)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_a_network_predicts_as_its_reference_with_and_without_padding(network: Network) -> None:
    weights, x = weights_of(network), rows_of()
    for shape in (shape_of(network), padded(network)):
        outputs = predicted(shape, network, weights, x)
        np.testing.assert_allclose(outputs, network.outputs(weights, x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("share", SHARES.values(), ids=SHARES)
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_a_network_goes_back_as_the_tape_does(network: Network, share: Any) -> None:
    import tensorflow as tf

    from hpsearch.training.compiled.stack import Stack

    stack, masks = Stack(shape_of(network)), masks_of(network)
    flat, _ = flatten(weights_of(network), network, shape_of(network))
    slopes = slopes_of(network, share)

    def derived(flat: Any, x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(flat)
            passage = stack.forward(stack.arrays(flat), x, share, masks)
            total = tf.reduce_sum(passage.outputs * slopes)
        return tape.gradient(total, flat)

    gradient = written(stack, flat, rows_of(), share, masks, slopes)
    expected = compiled(derived, flat, rows_of())
    assert float(np.abs(expected).max()) > 1e-3
    assert_close(gradient, expected)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_padded_units_get_no_gradient_and_change_no_other(network: Network) -> None:
    from hpsearch.training.compiled.stack import Stack

    own, wider, weights = shape_of(network), padded(network), weights_of(network)
    share, gradients = SHARES["padded"], []
    for shape in (own, wider):
        flat, averages = flatten(weights, network, shape)
        masks = masks_of(shape.network)
        for mask, kept, layer in zip(masks, masks_of(network), network.layers, strict=True):
            if mask is not None and kept is not None:
                of_each = (ROWS, drawn(layer, 1), -1)
                columns = kept.reshape(of_each).shape[2]
                mask.reshape(of_each)[:, :, :columns] = kept.reshape(of_each)
        slopes = slopes_of(network, share)
        gradient = written(Stack(shape), flat, rows_of(), share, masks, slopes)
        gradients.append(unflatten(gradient, np.zeros_like(averages), network, shape))
        assert np.abs(gradient).sum() == pytest.approx(
            sum(float(np.abs(array).sum()) for array in gradients[-1]), rel=1e-5
        )
    for mine, theirs in zip(*gradients, strict=True):
        assert_close(theirs, mine)


@pytest.mark.parametrize("share", SHARES.values(), ids=SHARES)
def test_moments_are_those_of_the_rows_that_count(share: Any) -> None:
    from hpsearch.models.layers.batch_normalization import BatchNormalization
    from hpsearch.training.compiled.passes.passes import Batch
    from hpsearch.training.compiled.passes.registry import passes_of

    passes, x = passes_of(BatchNormalization()), rows_of()
    ones, zeros = np.ones(COLUMNS, np.float32), np.zeros(COLUMNS, np.float32)
    moments = compiled(lambda x: passes.forward([ones, zeros], x, Batch(share, None)).moments, x)
    counted = x if isinstance(share, float) else x[share > 0]
    assert_close(moments, [counted.mean(axis=0), counted.var(axis=0)])


def predicted(shape: Shape, network: Network, weights: Arrays, x: Any) -> Any:
    """Outputs by the passes of all layers, from the flat vector."""
    from hpsearch.training.compiled.stack import Stack

    stack = Stack(shape)
    flat, averages = flatten(weights, network, shape)
    return compiled(
        lambda flat, x, averages: stack.predict(stack.arrays(flat), x, averages), flat, x, averages
    )


def written(stack: Any, flat: Any, x: Any, share: Any, masks: Any, slopes: Any) -> Any:
    """The flat gradient by the passes of all layers."""

    def gradient(flat: Any, x: Any) -> Any:
        weights = stack.arrays(flat)
        passage = stack.forward(weights, x, share, masks)
        return stack.flat(stack.backward(weights, passage, slopes))

    return np.asarray(compiled(gradient, flat, x))


def slopes_of(network: Network, share: Any) -> NDArray[np.float32]:
    """Of some loss in the outputs; rows that pad a batch have none."""
    slopes = rows_of(network.units, seed=3, members=network.members)
    counted = np.broadcast_to(np.asarray(share), ROWS)
    return np.asarray(slopes * counted.reshape(-1, *[1] * (slopes.ndim - 1)), np.float32)
