"""What is kept of networks: losses of rows and summaries of kernels, held to what trained them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hpsearch.arrays import read_arrays
from hpsearch.models.dense import dense_network, network_of
from hpsearch.models.recipe import recipe_of
from hpsearch.record.history_file import HistoryFile, read_history_file, write_history_file
from hpsearch.space.hyperparameter import ACTIVATIONS
from hpsearch.tasks.binary import BINARY
from hpsearch.tasks.regression import REGRESSION
from hpsearch.training.curve import Curve
from hpsearch.training.history import History
from hpsearch.training.initialization import initial_weights
from hpsearch.training.inspection import (
    BINS,
    KERNEL_FIELDS,
    NO_LOSSES,
    outputs_of,
    row_losses,
    row_residuals,
    summarize_kernels,
)
from hpsearch.training.segment import Progress, Segment, Trainer
from tests.doubles import tiny_fold


def train(trainer: Trainer, **values: Any) -> tuple[Segment, Progress]:
    named = {"layers": 2, "units": 6, "learning_rate": 0.02, "batch_size": 50, **values}
    recipe = recipe_of(named, epochs=6, patience=9, decay_epochs=6)
    segment = Segment(recipe, 5, 0, 6, None)
    return segment, trainer.run(segment, tiny_fold())


@pytest.mark.parametrize("batch_normalization", [False, True])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.usefixtures("tensorflow")
def test_the_mean_of_the_losses_is_the_best_value(
    activation: str, batch_normalization: bool
) -> None:
    from hpsearch.training.compiled.trainer import CompiledTrainer

    knobs = {"activation": activation, "batch_normalization": batch_normalization}
    _, progress = train(CompiledTrainer(), dropout=0.2, **knobs)
    assert progress.losses.shape == (80,)
    assert progress.losses.mean() == pytest.approx(progress.state.best.value, abs=1e-5)


@pytest.mark.usefixtures("tensorflow")
def test_keras_keeps_the_same_and_kernels_are_those_of_the_last_epoch() -> None:
    from hpsearch.training.keras.trainer import KerasTrainer

    segment, progress = train(KerasTrainer(), batch_normalization=True)
    assert progress.losses.mean() == pytest.approx(progress.state.best.value, abs=1e-5)
    kernels = [array for array in progress.state.weights if array.ndim == 2]
    assert [kernel.shape for kernel in kernels] == [(3, 6), (6, 6), (6, 1)]
    norms = progress.kernels[:, KERNEL_FIELDS.index("norm")]
    assert norms == pytest.approx([float(np.linalg.norm(kernel)) for kernel in kernels])
    assert progress.kernels[:, len(KERNEL_FIELDS) :].sum(axis=1).tolist() == [18, 36, 6]
    assert segment.recipe.network.widths == (6, 6)


def test_a_kernel_is_summarized_by_norm_small_weights_ends_and_counts() -> None:
    kernel = np.array([[3.0, -4.0], [0.0, 1e-4]], np.float32)
    linear = dense_network((), "elu", batch_normalization=False, outputs=2)
    (found,) = summarize_kernels(linear, 2, (kernel, np.ones(2, np.float32)))
    assert found[:4].tolist() == [5.0, 0.5, -4.0, 3.0]
    assert len(found) == 4 + BINS
    assert found[4:].sum() == 4
    assert found[4] == found[-1] == 1


def test_a_network_that_broke_has_no_summary_and_one_without_a_best_epoch_no_losses() -> None:
    broken = np.array([[np.nan, 1.0]], np.float32)
    linear = dense_network((), "elu", batch_normalization=False, outputs=2)
    assert np.isnan(summarize_kernels(linear, 1, (broken, np.ones(2, np.float32)))).all()
    network = network_of({"layers": 1, "units": 2}, outputs=1)
    assert row_losses(BINARY, network, (), tiny_fold()) is NO_LOSSES


def test_residuals_have_the_sign_that_squared_errors_lack_and_classes_have_none() -> None:
    network = network_of({"layers": 1, "units": 4}, outputs=1)
    weights = initial_weights(network, 3, seed=1)
    fold = tiny_fold(task="regression")
    residuals = row_residuals(REGRESSION, network, weights, fold)
    np.testing.assert_allclose(
        residuals**2, row_losses(REGRESSION, network, weights, fold), rtol=1e-4, atol=1e-7
    )
    predictions = outputs_of(REGRESSION, network, weights, fold.validation_features)[:, 0]
    assert (np.sign(residuals) == np.sign(predictions - fold.validation_labels)).all()
    assert len(row_residuals(BINARY, network, weights, tiny_fold())) == 0
    assert len(row_residuals(REGRESSION, network, (), fold)) == 0


def test_residuals_are_kept_with_a_history_and_none_are_read_from_older_files(
    tmp_path: Path,
) -> None:
    about = {"identity": "made", "rows": "these"}
    values = np.zeros((2, 2, 1), np.float32)
    history = History(
        Curve(("mean_squared_error",), values), {}, np.ones(3, np.float32), {}, NO_LOSSES
    )
    for residuals in (np.array([-1.0, 1.0, 0.5], np.float32), NO_LOSSES):
        file = HistoryFile(about, replace(history, residuals=residuals), b"")
        write_history_file(tmp_path / "0001.npz", file)
        read = read_history_file(tmp_path / "0001.npz").history
        np.testing.assert_array_equal(read.residuals, residuals)
        assert ("residuals" in read_arrays(tmp_path / "0001.npz")) == bool(len(residuals))
