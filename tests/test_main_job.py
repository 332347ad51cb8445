"""The main job from the command line to the report, with real training."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from werkzeug.test import Client

from hpsearch.arrays import write_arrays
from tests.board import session_groups

COMMAND = (sys.executable, "-m", "hpsearch")

SMALL = {
    "data.validation": 300,
    "data.train": 600,
    "data.test": 400,
    "training.batch_size": 100,
    "training.epochs": 8,
    "search.warmup_epochs": 2,
    "search.sampler.startup_trials": 3,
    "search.pruner.startup_trials": 3,
    "search.parallel": 4,
    "space.units.int": "[4, 16]",
    "space.layers.int": "[1, 2]",
    "evaluate.top": 2,
    "evaluate.seeds": 2,
    "evaluate.baselines": '["tiny", "logistic_regression", "gradient_boosting"]',
    "evaluate.baseline_epochs": 6,
}


def arguments(out: Path, *more: str) -> list[str]:
    sets = [word for key, value in SMALL.items() for word in ("--set", f"{key}={value}")]
    return [
        *(*COMMAND, "optimize", "--study", "higgs", "--trials", "8"),
        *("--out", str(out), *sets, *more),
    ]


def run(*command: str) -> str:
    done = attempt(command)
    assert done.returncode == 0, done.stderr
    return done.stdout


def attempt(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def hpsearch(*arguments: str) -> str:
    return run(*COMMAND, *arguments)


def snapshot(folder: Path) -> dict[str, bytes]:
    """All files of a folder, but for what SQLite needs to read."""
    files = (path for path in folder.rglob("*") if path.is_file() and "study.db-" not in path.name)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def trials(out: Path) -> list[dict[str, Any]]:
    listed = hpsearch("trials", "--out", str(out), "--format", "json")
    found: list[dict[str, Any]] = json.loads(listed)
    return found


def report(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "report.json").read_text())
    return found


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study on simulated rows with one worker."""
    out = tmp_path_factory.mktemp("alone")
    run(*arguments(out, "--workers", "1", "--set", "data.source=collisions"))
    return out


def test_the_folder_holds_all_that_it_should(alone: Path) -> None:
    names = {path.name for path in alone.iterdir()}
    assert names >= {
        *("study.toml", "study.db", "curves", "models", "tensorboard"),
        *("report.html", "report.md", "report.json"),
    }
    assert list((alone / "checkpoints").iterdir()) == []
    found = trials(alone)
    assert [trial["number"] for trial in found] == list(range(8))
    for trial in found:
        assert trial["state"] in ("complete", "pruned")
        assert trial.keys() >= {"value", "params", "epochs", "best_epoch", "seed"}


def test_the_report_says_what_the_test_rows_said_and_that_they_are_simulated(alone: Path) -> None:
    found = report(alone)
    assert 0 < found["test"]["binary_crossentropy"] < 2
    assert 0.4 < found["test"]["auc"] < 1
    assert found["test"]["openings"] == 1
    assert found["data"]["source"] == "collisions"
    assert found["data"]["fingerprint"].startswith("sha256:")
    for form in ("report.html", "report.md"):
        assert "simulated" in (alone / form).read_text().lower()


def test_the_report_answers_all_questions(alone: Path) -> None:
    found = report(alone)
    assert "luck" not in found["absences"]
    assert {row["name"] for row in found["baselines"]["baselines"]} == {
        *("tiny", "logistic_regression", "gradient_boosting"),
    }
    for row in found["baselines"]["baselines"]:
        interval = row["differences"]["binary_crossentropy"]
        assert interval["low"] <= interval["value"] <= interval["high"]
        assert row["verdict"] in ("better", "worse", "not distinguishable")
    assert [one["rank"] for one in found["luck"]["configurations"]] == [1, 2]
    for one in found["luck"]["configurations"]:
        parts = one["selection"]["value"] + one["split"]["value"]
        assert one["total"]["value"] == pytest.approx(parts, abs=1e-6)
    assert found["overfitting"]["winner"]["trial"] == found["best"]["trial"]
    assert sum(map(sum, found["usability"]["decisions"]["confusion"])) == 400
    assert all(found["answers"].values())


def test_the_report_is_opened_in_the_browser_of_the_user(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER", "echo")
    said = hpsearch("report", "--open", "--out", str(alone))
    assert f"file://{alone.resolve()}/report.html" in said


def test_baselines_alone_are_measured_beside_each_other(tmp_path: Path) -> None:
    small = {key: value for key, value in SMALL.items() if key.startswith(("data", "training"))}
    small |= {"evaluate.baselines": '["tiny", "small"]', "evaluate.baseline_epochs": 4}
    sets = [word for key, value in small.items() for word in ("--set", f"{key}={value}")]
    command = ("optimize", "--study", "higgs-tutorial", "--out", str(tmp_path))
    said = hpsearch(*command, *sets, "--set", "data.source=collisions")
    assert "nothing was searched" in said
    found = report(tmp_path)
    assert found["test"]["reference"] in ("Tiny, 16", "Small, 16-16")
    assert (found["test"]["trial"], found["test"]["openings"]) == (None, 1)
    assert len(found["baselines"]["baselines"]) == 1
    assert len(found["overfitting"]["baselines"]) == 2
    assert trials(tmp_path) == []


@pytest.fixture(scope="module")
def again(alone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same study with four workers, on the rows that the other run kept."""
    out = tmp_path_factory.mktemp("again")
    rows = ("--data", str(alone / "rows.parquet"))
    run(*arguments(out, "--workers", "4", "--set", "data.source=collisions", *rows))
    return out


def test_four_workers_find_what_one_finds(alone: Path, again: Path) -> None:
    assert trials(again) == trials(alone)
    for curve in sorted((alone / "curves").iterdir()):
        with np.load(curve) as mine, np.load(again / "curves" / curve.name) as theirs:
            np.testing.assert_array_equal(mine["curve"], theirs["curve"])
    ours, others = report(alone), report(again)
    for part in ("leaderboard", "best", "data"):
        assert others[part] == ours[part]
    values = ("binary_crossentropy", "auc", "accuracy", "brier_score", "intervals", "seeds")
    assert {v: others["test"][v] for v in values} == {v: ours["test"][v] for v in values}


def test_a_study_that_is_done_is_not_done_again_and_the_test_stays_closed(alone: Path) -> None:
    before = trials(alone)
    run(*arguments(alone, "--workers", "1", "--set", "data.source=collisions"))
    assert trials(alone) == before
    assert report(alone)["test"]["openings"] == 1
    hpsearch("evaluate", "--out", str(alone), "--quiet")
    assert report(alone)["test"]["openings"] == 1


def test_reports_of_two_runs_are_the_same_bytes_without_times(alone: Path, again: Path) -> None:
    for out in (alone, alone, again):
        hpsearch("report", "--out", str(out), "--no-times")
        files = {form: (out / f"report.{form}").read_bytes() for form in ("json", "md", "html")}
        if out == alone:
            first = files
    assert files == first
    hpsearch("report", "--out", str(alone))
    assert report(alone)["run"]["seconds"].keys() == {
        *("search", "retraining", "comparison", "test"),
    }
    before = {**snapshot(alone / "tensorboard"), **snapshot(alone / "artifacts")}
    page = (alone / "report.html").read_bytes()
    hpsearch("report", "--out", str(alone))
    assert (alone / "report.html").read_bytes() == page
    assert {**snapshot(alone / "tensorboard"), **snapshot(alone / "artifacts")} == before


def test_a_moved_folder_is_whole(alone: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.copytree(alone, moved)
    for command in ("status", "trials", "report"):
        assert str(alone) not in hpsearch(command, "--out", str(moved))
    said = hpsearch("evaluate", "--out", str(moved), "--set", "evaluate.seeds=3")
    assert "3 seeds" in said
    assert "opened" in said
    run(*arguments(moved, "--set", "data.source=collisions", "--trials", "9"))
    assert len(trials(moved)) == 9
    assert trials(alone) == trials(moved)[:8]
    assert str(alone) not in (moved / "report.json").read_text()


def test_the_winner_is_trained_again_to_the_bit(alone: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.copytree(alone, moved)
    before = snapshot(moved)
    said = hpsearch("reproduce", "--best", "--out", str(moved))
    assert said.count("equal to the bit") == 4
    assert "3 of 3 runs are equal to the bit" in said
    assert snapshot(moved) == before
    curve = moved / "curves" / f"{report(moved)['best']['trial']:04d}-seed-0.npz"
    with np.load(curve) as file:
        arrays = dict(file)
    arrays["curve"][2, 1, 0] += np.float32(1e-6)
    write_arrays(curve, arrays)
    done = attempt([*COMMAND, "reproduce", "--best", "--out", str(moved)])
    assert done.returncode == 1
    assert "re-training 0: differs from epoch 3 of" in done.stdout
    assert "2 of 3 runs are equal to the bit" in done.stdout
    curve.unlink()
    done = attempt([*COMMAND, "reproduce", "--best", "--out", str(moved)])
    assert done.returncode == 1
    assert "re-training 0: its epochs are missing or damaged" in done.stdout


def test_damaged_rows_are_told_and_written_again(alone: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    shutil.copytree(alone, moved)
    rows = moved / "rows.parquet"
    whole = rows.read_bytes()
    rows.write_bytes(whole[:-1000])
    done = attempt([*COMMAND, "reproduce", "--trial", "0", "--out", str(moved)])
    assert done.returncode == 1
    assert "the study's rows, is damaged: it does not end as a Parquet file does" in done.stderr
    run(*arguments(moved, "--set", "data.source=collisions"))
    assert rows.read_bytes() == whole


def test_a_second_driver_is_told_who_holds_the_folder_and_readers_read(tmp_path: Path) -> None:
    command = arguments(tmp_path / "run", "--set", "data.source=collisions", "--quiet")
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 120
        while not list(tmp_path.glob("run/c*/0*.npz")) and time.monotonic() < deadline:
            time.sleep(0.1)
        second = attempt(command)
        for reader in ("status", "trials", "report"):
            assert hpsearch(reader, "--out", str(tmp_path / "run"))
        assert process.wait() == 0
    assert second.returncode == 2
    assert f"process {process.pid} on" in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_study_says_how_to_go_on_and_ends_the_same(
    alone: Path, tmp_path: Path
) -> None:
    command = arguments(tmp_path, "--workers", "2", "--set", "data.source=collisions")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 120
        while not list(tmp_path.glob("curves/0*.npz")) and time.monotonic() < deadline:
            time.sleep(0.1)
        os.kill(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Run the same command to continue" in said
    assert "Traceback" not in said
    run(*command)
    assert trials(tmp_path) == trials(alone)


def test_a_folder_does_not_go_on_with_other_rows(alone: Path, tmp_path: Path) -> None:
    before = trials(alone)
    rows = tmp_path / "rows.csv"
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 1_300)
    lines = (f"{label}," + ",".join(f"{x:.4f}" for x in rng.normal(size=28)) for label in labels)
    rows.write_text("\n".join(lines) + "\n")
    command = arguments(alone, "--data", str(rows))
    done = attempt(command)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert trials(alone) == before


def test_tensorboard_shows_every_trial(alone: Path) -> None:
    assert len(session_groups(alone / "tensorboard")) == 8


def test_the_optuna_dashboard_shows_the_study(alone: Path) -> None:
    from optuna.storages import RDBStorage
    from optuna_dashboard import wsgi

    storage = RDBStorage(f"sqlite:///{alone / 'study.db'}")
    client = Client(wsgi(storage))
    studies = json.loads(client.get("/api/studies").text)["study_summaries"]
    assert [study["study_name"] for study in studies] == ["higgs"]
    details = json.loads(client.get(f"/api/studies/{studies[0]['study_id']}?after=0").text)
    assert len(details["trials"]) == 8
    storage.remove_session()
    storage.engine.dispose()


def test_real_rows_run_and_a_short_file_is_told(higgs_file: Path, tmp_path: Path) -> None:
    run(*arguments(tmp_path / "real", "--data", str(higgs_file), "--trials", "2", "--quiet"))
    found = report(tmp_path / "real")
    assert found["data"]["source"] == "higgs"
    assert found["data"]["simulated"] is False
    done = attempt(
        arguments(tmp_path / "short", "--data", str(higgs_file), "--set", "data.test=99999")
    )
    assert done.returncode == 1
    assert "20,977" in done.stderr
    assert not (tmp_path / "short").exists()
