"""The benchmarks compare like with like."""

import io
import os
from pathlib import Path

import numpy as np
import optuna
import pandas as pd
import pytest

from benchmarks.large import STUDY, PrivateMemory, private_mb, write_rows
from benchmarks.penguins import made_penguins
from benchmarks.traces import Trace, read_epochs
from hpsearch.data.load import load
from hpsearch.data.room import Room
from hpsearch.data.sources.higgs.columns import NAMES
from hpsearch.models.recipe import recipe_of
from hpsearch.search.suggest import suggest
from hpsearch.study.finding import find_study
from hpsearch.study.reading import read_study


def test_a_trace_keeps_the_improvements_and_answers_both_ways() -> None:
    trace = Trace.of([(3.0, 0.6), (1.0, 0.7), (2.0, float("nan")), (4.0, 0.65), (5.0, 0.5)])
    assert trace.steps == ((1.0, 0.7), (3.0, 0.6), (5.0, 0.5))
    assert trace.best == 0.5
    assert trace.best_at(4.5) == 0.6
    assert trace.best_at(0.5) is None
    assert trace.seconds_to(0.6) == 3.0
    assert trace.seconds_to(0.4) is None
    assert Trace.of([]).best is None


def test_epochs_of_several_processes_are_read_together(tmp_path: Path) -> None:
    for name, loss in (("0", 0.6), ("1", 0.5)):
        line = f'{{"seconds": 1.0, "trial": {name}, "loss": {loss}}}\n'
        (tmp_path / f"{name}.jsonl").write_text(line, encoding="utf-8")
    epochs = read_epochs(sorted(tmp_path.iterdir()))
    assert [(epoch.trial, epoch.loss) for epoch in epochs] == [(0, 0.6), (1, 0.5)]


@pytest.mark.usefixtures("tensorflow")
def test_a_peers_network_is_that_of_the_same_values() -> None:
    from benchmarks.peers.plain_keras import build_model

    spec = read_study(find_study("higgs"))
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    for _ in range(12):
        values = spec.space.complete(suggest(study.ask(), spec.space))
        recipe = recipe_of(values, epochs=300, batch_size=500, patience=50)
        network, knobs = recipe.network, recipe.knobs
        model = build_model(values, columns=28, steps=20, epochs=300, decay_epochs=1_000)
        trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
        assert trained == network.parameters(28)
        rate = model.optimizer.learning_rate
        assert model.optimizer.__class__.__name__.lower() == knobs.optimizer
        assert float(rate) == pytest.approx(knobs.learning_rate, rel=1e-6)
        dropouts = [layer for layer in model.layers if layer.__class__.__name__ == "Dropout"]
        assert {layer.rate for layer in dropouts} == ({knobs.dropout} if knobs.dropout else set())
        for layer in model.layers[:-1]:
            penalty = getattr(layer, "kernel_regularizer", None)
            if penalty is not None:
                assert float(penalty.l1) == pytest.approx(knobs.l1, rel=1e-6)
                assert float(penalty.l2) == pytest.approx(knobs.l2, rel=1e-6)


def test_made_rows_are_those_of_their_seed_and_a_study_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.large.PART_ROWS", 300)
    files = [tmp_path / "one.parquet", tmp_path / "other.parquet"]
    for file in files:
        write_rows(file, 700)
    assert files[0].read_bytes() == files[1].read_bytes()
    spec = read_study(find_study("higgs"), [f"{key}={value}" for key, value in STUDY.items()])
    told: list[str] = []
    table = load(
        spec.data,
        files[0],
        task=spec.task,
        seed=0,
        tell=told.append,
        progress=lambda done, total: None,
    )
    assert table.names == NAMES
    assert len(table) == len(np.unique(table.raw.numbers, axis=0)) == 700
    assert 250 < table.labels.sum() < 450
    assert told == []


def test_private_memory_is_that_of_a_process_without_mapped_files(tmp_path: Path) -> None:
    if not Path("/proc/self/status").is_file():
        pytest.skip("needs /proc")
    pid, memory = os.getpid(), PrivateMemory()
    before = private_mb(pid)
    Room(tmp_path).zeros((100, 1_000_000), np.uint8)[:] = 1
    mapped = private_mb(pid)
    held = np.ones((100, 1_000_000), np.uint8)
    memory(pid, 0.0)
    assert mapped - before < 50 < 90 < memory.driver - before
    assert held.all()


def test_made_penguins_have_the_columns_and_the_gaps_of_real_ones() -> None:
    table = made_penguins(seed=0)
    frame = pd.read_csv(io.StringIO(table))
    assert len(frame) == 344
    assert list(frame.columns[:3]) == ["species", "island", "bill_length_mm"]
    assert set(frame["species"]) == {"Adelie", "Chinstrap", "Gentoo"}
    assert 0 < frame["bill_length_mm"].isna().sum() <= frame["sex"].isna().sum() < 40
    assert made_penguins(seed=0) == table
