"""The benchmarks compare like with like."""

import importlib.util
import io
import json
import os
from dataclasses import asdict
from pathlib import Path

import numpy as np
import optuna
import pandas as pd
import pytest

from benchmarks.large import STUDY, PrivateMemory, private_mb, write_rows
from benchmarks.penguins import made_penguins
from benchmarks.public_tables import MissingPackageError, Shipped
from benchmarks.tables import Measured, measure, measured, table_row
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
        recipe = recipe_of(values, epochs=300, patience=50)
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


def test_a_report_is_measured_as_the_table_of_public_tables_shows_it() -> None:
    """Boosting less the winner is turned round; the error is half of Student's interval."""

    def run(seed: int, difference: float) -> Measured:
        ends = {"low": difference - 0.02, "high": difference + 0.02}
        models = [
            {"name": "ridge_regression", "metrics": {"mean_squared_error": {"value": 0.5}}},
            {
                "name": "gradient_boosting",
                "metrics": {"mean_squared_error": {"value": 0.4}},
                "differences": {"mean_squared_error": {"value": difference, **ends}},
            },
        ]
        report = {
            "objective": "val_mean_squared_error",
            "data": {"train_rows": 60, "test_rows": 21, "chance": {"mean_squared_error": 1.0}},
            "test": {
                "mean_squared_error": 0.4 - difference,
                "models": [
                    {"name": name, "metrics": {"mean_squared_error": {"value": value}}}
                    for name, value in (("best", 0.4 - difference), ("single", 0.45 - difference))
                ],
            },
            "baselines": {"baselines": models},
        }
        return measured("made", seed, report, core_seconds=30.0, command="hpsearch optimize")

    first, second = run(1, 0.1), run(2, 0.2)
    assert first.difference == -0.1
    assert first.error == pytest.approx(0.02 / 2.086, rel=1e-3)
    assert table_row([first, second]) == (
        *("made", "60", "21", "mean_squared_error", "1.0000", "0.5000", "0.4000", "0.3000"),
        *("0.2500", "-", "-0.1500 ± 0.0068", "30", "1, 2"),
    )


def test_public_tables_say_what_to_install_and_are_read_from_what_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(package: Path) -> pd.DataFrame:
        return pd.DataFrame({"folder": [package.name]})

    with pytest.raises(MissingPackageError, match="pip install --no-deps nowhere"):
        Shipped("y", "nowhere_to_be_found", "--no-deps nowhere", read).write(tmp_path / "a.csv")
    (tmp_path / "shipping").mkdir()
    (tmp_path / "shipping" / "__init__.py").write_text("raise RuntimeError", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    Shipped("y", "shipping", "shipping", read).write(tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text(encoding="utf-8") == "folder\nshipping\n"


def test_a_missing_table_is_a_sentence_and_a_measured_one_is_not_run_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["--trials", "2"]
    command = "hpsearch optimize scikit-learn:wine --out wine-7 --set study.seed=7 --trials 2"
    known = Measured(
        table="wine",
        seed=7,
        rows=(100, 36),
        metric="crossentropy",
        chance=1.1,
        linear=0.3,
        boosting=0.4,
        winner=0.2,
        difference=-0.2,
        error=0.1,
        core_seconds=12.0,
        command=command,
    )
    (tmp_path / "wine-7.json").write_text(json.dumps(asdict(known)), encoding="utf-8")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    measure(["wine", "adult"], [7], tmp_path, words, workers=1)
    said = capsys.readouterr().out
    assert "| wine | 100 | 36 | crossentropy | 1.1000 |" in said
    assert "adult is left out: it comes with the package xai, which is not installed" in said
    assert len(json.loads((tmp_path / "tables.json").read_text(encoding="utf-8"))["runs"]) == 1
