"""The laws of training, held for every trainer."""

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from typing import Any

import numpy as np
import pytest

from hpsearch.data.parts import Fold
from hpsearch.data.target import UNSCALED, TargetScale
from hpsearch.models.dense import network_of
from hpsearch.models.recipe import Recipe, recipe_of
from hpsearch.space.hyperparameter import KEPT_WEIGHTS, OPTIMIZERS, SCHEDULES
from hpsearch.tasks.registry import TASKS
from hpsearch.training.curve import NO_EPOCHS, Ending, summarize
from hpsearch.training.segment import Progress, Segment, State, Trainer, epoch_permutation
from tests.doubles import CLASSES, FormulaTrainer, tiny_fold

Make = Callable[[], Trainer]

VALUES: dict[str, Any] = {
    "layers": 2,
    "units": 6,
    "batch_normalization": True,
    "l1": 1e-4,
    "l2": 1e-3,
    "dropout": 0.2,
    "optimizer": "adam",
    "learning_rate": 0.02,
    "schedule": "cosine",
    "batch_size": 50,
}


#: The scale of what is predicted: that of a number is far from 0 and 1.
TARGETS = {
    "binary": UNSCALED,
    "multiclass": UNSCALED,
    "regression": TargetScale(mean=1.7e9, deviation=3e3),
}

EACH_TASK = pytest.mark.parametrize("task", TASKS)


def recipe(patience: int = 9, task: str = "binary", **values: Any) -> Recipe:
    return recipe_of(
        {**VALUES, **values},
        epochs=12,
        patience=patience,
        decay_epochs=6,
        task=task,
        classes=CLASSES[task],
    )


def segment(
    first: int = 0,
    last: int = 6,
    state: State | None = None,
    patience: int = 9,
    task: str = "binary",
    **values: Any,
) -> Segment:
    return Segment(recipe(patience, task, **values), seed=5, first=first, last=last, state=state)


def assert_equal(one: Progress, other: Progress) -> None:
    np.testing.assert_array_equal(one.curve.values, other.curve.values)
    assert one.curve.metrics == other.curve.metrics
    assert one.ending == other.ending
    assert one.state.epoch == other.state.epoch
    assert (one.state.best.epoch, one.state.best.value) == (
        other.state.best.epoch,
        other.state.best.value,
    )
    for mine, theirs in (
        (one.state.weights, other.state.weights),
        (one.state.optimizer, other.state.optimizer),
        (one.state.best.weights, other.state.best.weights),
    ):
        for a, b in zip(mine, theirs, strict=True):
            np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(one.losses, other.losses)
    np.testing.assert_array_equal(one.kernels, other.kernels)


class TrainerContract:
    """Common laws; a trainer plugs in by the fixture ``make``."""

    @EACH_TASK
    def test_the_same_segment_gives_the_same_bits(self, make: Make, task: str) -> None:
        first, second = (make().run(segment(task=task), tiny_fold(task=task)) for _ in range(2))
        assert_equal(first, second)

    @EACH_TASK
    @pytest.mark.parametrize("cuts", [(3,), (1, 2, 5)])
    def test_cutting_changes_nothing(self, make: Make, cuts: tuple[int, ...], task: str) -> None:
        rows = tiny_fold(task=task)
        whole = make().run(segment(task=task), rows)
        trainer, state, curve = make(), None, NO_EPOCHS
        for first, last in zip((0, *cuts), (*cuts, 6), strict=True):
            part = trainer.run(segment(first, last, state, task=task), rows)
            state = part.state
            curve = curve.then(part.curve)
        assert_equal(replace(part, curve=curve), whole)

    def test_company_and_order_change_nothing(self, make: Make) -> None:
        alone = make().run(segment(), tiny_fold())
        busy = make()
        for other in (segment(units=9), segment(dropout=0.5), replace(segment(), seed=6)):
            busy.run(other, tiny_fold())
        assert_equal(busy.run(segment(), tiny_fold()), alone)

    @EACH_TASK
    def test_the_curve_says_what_the_progress_says(self, make: Make, task: str) -> None:
        progress = make().run(segment(task=task), tiny_fold(task=task))
        seen = summarize(progress.curve, 9, "best")
        assert progress.curve.values.dtype == np.float32
        assert progress.curve.values.shape == (6, 2, 2)
        assert progress.curve.metrics == TASKS[task].curve_names
        assert (seen.best_epoch, seen.value) == (
            progress.state.best.epoch,
            progress.state.best.value,
        )
        assert (seen.epochs, seen.ending) == (progress.state.epoch, progress.ending)

    @pytest.mark.parametrize("keep", KEPT_WEIGHTS)
    @EACH_TASK
    def test_cutting_changes_nothing_whatever_is_kept(
        self, make: Make, keep: str, task: str
    ) -> None:
        rows = tiny_fold(task=task)
        values: dict[str, Any] = {"keep": keep, "task": task}
        whole = make().run(segment(**values), rows)
        trainer, first = make(), make().run(segment(last=2, **values), rows)
        trainer.run(segment(last=1, task=task), rows)
        second = trainer.run(segment(2, 6, first.state, **values), rows)
        assert_equal(replace(second, curve=first.curve.then(second.curve)), whole)
        seen, best = summarize(whole.curve, 9, keep), whole.state.best
        assert (seen.best_epoch, seen.value) == (best.epoch, best.value)

    def test_patience_never_ends_a_training_that_keeps_its_last_weights(self, make: Make) -> None:
        stops: dict[str, Any] = {
            "learning_rate": 0.5,
            "optimizer": "sgd",
            "schedule": "constant",
            "patience": 1,
        }
        assert make().run(segment(last=12, **stops), tiny_fold()).ending == Ending.STOPPED_EARLY
        last = make().run(segment(last=12, keep="last", **stops), tiny_fold())
        assert (last.ending, last.state.best.epoch, len(last.curve)) == (Ending.RUNNING, 12, 12)
        assert last.state.best.value == last.curve.validation()[-1]

    @EACH_TASK
    def test_early_stopping_does_not_depend_on_where_segments_end(
        self, make: Make, task: str
    ) -> None:
        rows = tiny_fold(task=task)
        stops: dict[str, Any] = {"learning_rate": 0.5, "optimizer": "sgd", "schedule": "constant"}
        stops["task"] = task
        whole = make().run(segment(last=60, patience=2, **stops), rows)
        assert whole.ending == Ending.STOPPED_EARLY
        assert whole.state.epoch - whole.state.best.epoch == 2
        assert len(whole.curve) == whole.state.epoch < 60
        cut = whole.state.epoch - 1
        first = make().run(segment(last=cut, patience=2, **stops), rows)
        assert first.ending == Ending.RUNNING
        second = make().run(segment(cut, 60, first.state, 2, **stops), rows)
        assert second.ending == Ending.STOPPED_EARLY
        assert second.state.epoch == whole.state.epoch


class TestFormulaTrainer(TrainerContract):
    @pytest.fixture
    def make(self) -> Make:
        return FormulaTrainer


def keras_trainer() -> Trainer:
    from hpsearch.training.keras.trainer import KerasTrainer

    return KerasTrainer()


def compiled_trainer() -> Trainer:
    from hpsearch.training.compiled.trainer import CompiledTrainer

    return CompiledTrainer()


class NetworkContract(TrainerContract):
    """Laws of trainers that train networks."""

    @pytest.mark.parametrize(
        ("optimizer", "schedule"), list(zip(OPTIMIZERS, cycle(SCHEDULES), strict=False))
    )
    def test_every_optimizer_and_schedule_resumes(
        self, make: Make, optimizer: str, schedule: str
    ) -> None:
        values: dict[str, Any] = {
            "optimizer": optimizer,
            "schedule": schedule,
            "momentum": 0.5,
            "nesterov": True,
            "weight_decay": 0.1,
        }
        whole = make().run(segment(last=4, **values), tiny_fold())
        first = make().run(segment(last=1, **values), tiny_fold())
        second = make().run(segment(1, 4, first.state, **values), tiny_fold())
        assert_equal(replace(second, curve=first.curve.then(second.curve)), whole)

    @pytest.mark.parametrize("batch_size", [37, 160, 1_000])
    def test_batches_of_any_size_resume(self, make: Make, batch_size: int) -> None:
        """The 160 train rows are some batches and a smaller one, a whole one, and part of one."""
        rows = tiny_fold()
        values: dict[str, Any] = {"batch_size": batch_size}
        whole = make().run(segment(last=4, **values), rows)
        first = make().run(segment(last=1, **values), rows)
        second = make().run(segment(1, 4, first.state, **values), rows)
        assert_equal(replace(second, curve=first.curve.then(second.curve)), whole)

    @EACH_TASK
    def test_a_trial_that_diverges_ends_as_diverged_and_harms_no_other(
        self, make: Make, task: str
    ) -> None:
        trainer = make()
        diverging: dict[str, Any] = {"learning_rate": 1e30, "batch_normalization": False}
        broken = trainer.run(segment(task=task, optimizer="sgd", **diverging), tiny_fold(task=task))
        assert broken.ending == Ending.DIVERGED
        assert len(broken.curve) < 6
        assert not np.isfinite(broken.curve.values[-1]).all()
        assert_equal(trainer.run(segment(), tiny_fold()), make().run(segment(), tiny_fold()))

    def test_the_last_weights_before_a_divergence_are_kept(self, make: Make) -> None:
        values: dict[str, Any] = {
            **{"keep": "last", "optimizer": "sgd", "schedule": "constant", "learning_rate": 0.1},
            **{"l2": 20.0, "batch_normalization": False},  # a step gives -3 times the weights
        }
        broken = make().run(segment(last=12, **values), tiny_fold())
        assert broken.ending == Ending.DIVERGED
        epoch = broken.state.best.epoch
        assert epoch == len(broken.curve) - 1 > 1
        first = make().run(segment(last=epoch, **values), tiny_fold())
        for mine, theirs in zip(broken.state.best.weights, first.state.best.weights, strict=True):
            np.testing.assert_array_equal(mine, theirs)

    def test_last_weights_are_those_of_the_same_training(self, make: Make) -> None:
        """Only which weights are kept differs, not how they are trained."""
        best, last = (make().run(segment(keep=keep), tiny_fold()) for keep in ("best", "last"))
        np.testing.assert_array_equal(best.curve.values, last.curve.values)
        for mine, theirs in zip(best.state.weights, last.state.weights, strict=True):
            np.testing.assert_array_equal(mine, theirs)

    def test_averaged_weights_are_validated_and_do_not_change_the_training(
        self, make: Make
    ) -> None:
        values: dict[str, Any] = {"optimizer": "sgd", "schedule": "constant"}
        plain, average = (
            make().run(segment(keep=keep, last=2, **values), tiny_fold())
            for keep in ("best", "average")
        )
        np.testing.assert_allclose(plain.curve.train(), average.curve.train(), rtol=1e-6)
        assert (plain.curve.validation() != average.curve.validation()).all()
        for mine, theirs in zip(plain.state.weights, average.state.weights, strict=False):
            np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)

    def test_the_average_of_one_step_is_the_weights_after_it(self, make: Make) -> None:
        values: dict[str, Any] = {"batch_size": 160, "last": 1}
        plain, average = (
            make().run(segment(keep=keep, **values), tiny_fold()).state.best.weights
            for keep in ("best", "average")
        )
        for mine, theirs in zip(plain, average, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-7)

    def test_the_average_is_that_of_the_weights_after_each_step(self, make: Make) -> None:
        """Of one step an epoch, so that the weights after each are those of a shorter training."""
        values: dict[str, Any] = {"batch_size": 160, "optimizer": "sgd", "schedule": "constant"}
        values["batch_normalization"] = False
        steps = [
            make().run(segment(keep="last", last=last, **values), tiny_fold()).state.best.weights
            for last in (1, 2, 3, 4)
        ]
        expected = steps[0]
        for done, weights in enumerate(steps):
            share = 10 / (done + 10)
            expected = tuple(
                (1 - share) * old + share * new for old, new in zip(expected, weights, strict=True)
            )
        found = make().run(segment(keep="average", last=4, **values), tiny_fold()).state.best
        assert found.epoch == 4
        for mine, theirs in zip(found.weights, expected, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)

    def test_the_monitored_loss_holds_no_penalty(self, make: Make) -> None:
        heavy = make().run(segment(last=1, l2=100.0, learning_rate=1e-9), tiny_fold())
        assert heavy.curve.train()[0] < 2.0

    @pytest.mark.parametrize("adapter", ["layers", "input"])
    def test_cutting_a_training_of_members_changes_nothing(self, make: Make, adapter: str) -> None:
        values: dict[str, Any] = {"members": 3, "member_adapter": adapter, "member_dropout": "own"}
        whole = make().run(segment(last=4, **values), tiny_fold())
        first = make().run(segment(last=1, **values), tiny_fold())
        second = make().run(segment(1, 4, first.state, **values), tiny_fold())
        assert_equal(replace(second, curve=first.curve.then(second.curve)), whole)

    def test_members_begin_alike_for_the_columns_of_one_raw_column(self, make: Make) -> None:
        fold = replace(tiny_fold(), sections=(0, 1, 1))
        own = make().run(segment(last=1, members=2), tiny_fold())
        joined = make().run(segment(last=1, members=2), fold)
        assert not np.array_equal(own.state.best.weights[0], joined.state.best.weights[0])

    @pytest.mark.parametrize("values", [{}, {"members": 3}, {"keep": "average"}], ids=str)
    @EACH_TASK
    def test_the_saved_model_scores_on_raw_rows_what_was_recorded(
        self, make: Make, task: str, values: dict[str, Any], tmp_path: Any
    ) -> None:
        """The loaded file's mean loss over the raw validation rows is the best epoch's value."""
        import keras

        from hpsearch.data.columns import RawRows, number_columns
        from hpsearch.data.features.table_preprocessing import TablePreprocessing
        from hpsearch.training.keras.model import predict, save_model

        rows, target = tiny_fold(task=task), TARGETS[task]
        raw_train, raw_validation = (
            RawRows.of_numbers(features * 7 + 3)
            for features in (rows.train_features, rows.validation_features)
        )
        fitted = TablePreprocessing.fit(raw_train, number_columns(("a", "b", "c")))
        labels = (rows.train_labels, rows.validation_labels)
        features = (fitted.apply(raw_train), fitted.apply(raw_validation))
        fold = Fold(features[0], labels[0], features[1], labels[1], target)
        best = make().run(segment(task=task, **values), fold).state.best
        trained = recipe(task=task, **values)
        made = (trained, fitted, best.weights)
        save_model(tmp_path / "best.keras", trained, [(fitted, best.weights, target)])
        model = keras.models.load_model(tmp_path / "best.keras")
        saved = np.asarray(model.predict(raw_validation.numbers, verbose=0), np.float64)
        predictions = predict(*made, raw_validation, target)
        np.testing.assert_allclose(saved.reshape(predictions.shape), predictions, rtol=1e-6)
        losses = TASKS[task].prediction_losses(labels[1], target.standardized(predictions))
        assert losses.mean() == pytest.approx(best.value, rel=1e-5)


@pytest.mark.usefixtures("tensorflow")
class TestKerasTrainer(NetworkContract):
    @pytest.fixture
    def make(self) -> Make:
        return keras_trainer

    def test_it_is_keras_own_fit(self) -> None:
        """The same weights and batches through a model written by hand give the same weights."""
        import keras

        from hpsearch.training.initialization import initial_weights

        values: dict[str, Any] = {
            "dropout": 0.0,
            "batch_normalization": False,
            "schedule": "constant",
        }
        network = recipe(**values).network
        fold = tiny_fold()
        mine = keras_trainer().run(segment(last=3, **values), fold)

        def dense() -> Any:
            penalty = keras.regularizers.L1L2(1e-4, 1e-3)
            return keras.layers.Dense(6, "elu", kernel_regularizer=penalty)

        model = keras.Sequential([keras.Input((3,)), dense(), dense(), keras.layers.Dense(1)])
        model.set_weights(list(initial_weights(network, 3, 5)))
        model.compile(
            keras.optimizers.Adam(0.02), keras.losses.BinaryCrossentropy(from_logits=True)
        )
        for epoch in (1, 2, 3):
            order = epoch_permutation(5, epoch, len(fold.train_labels))
            model.fit(
                fold.train_features[order],
                fold.train_labels[order, None],
                batch_size=50,
                shuffle=False,
                verbose=0,
            )
        for found, expected in zip(mine.state.weights, model.get_weights(), strict=True):
            np.testing.assert_allclose(found.astype(np.float32), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.usefixtures("tensorflow")
class TestCompiledTrainer(NetworkContract):
    @pytest.fixture
    def make(self) -> Make:
        return compiled_trainer


def test_weights_begin_as_glorot_and_by_the_seed() -> None:
    from hpsearch.training.initialization import initial_weights

    network = network_of({"layers": 2, "units": 300}, outputs=1)
    kernel, bias, *_ = initial_weights(network, 200, 1)
    limit = np.sqrt(6 / 500)
    assert np.abs(kernel).max() <= limit
    assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.01)
    assert not bias.any()
    assert not np.array_equal(kernel, initial_weights(network, 200, 2)[0])
    assert len(initial_weights(recipe(layers=2).network, 200, 1)) == 12


def test_an_epochs_order_is_numpys_permutation_of_its_seed() -> None:
    for rows in (1, 2, 70_001):
        sequence = np.random.SeedSequence(7, spawn_key=(3,))
        order = epoch_permutation(7, 3, rows)
        assert order.dtype == np.int32
        np.testing.assert_array_equal(order, np.random.default_rng(sequence).permutation(rows))


def test_an_epochs_order_is_a_permutation_by_seed_and_epoch() -> None:
    orders = [tuple(epoch_permutation(seed, epoch, 20)) for seed in (0, 1) for epoch in (1, 2)]
    assert len(set(orders)) == 4
    assert all(sorted(order) == list(range(20)) for order in orders)
