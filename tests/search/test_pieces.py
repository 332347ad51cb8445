"""The pieces of the search by themselves: clock, ladder, files, record."""

import multiprocessing
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.errors import RecordError, StudyMismatchError, UsageError
from hpsearch.models.recipe import Recipe, recipe_of
from hpsearch.record.folder import read_folder, write_folder
from hpsearch.record.histories import ProgressFiles
from hpsearch.record.integrity import check_integrity
from hpsearch.record.record import Record
from hpsearch.search.clock import OPERATIONS_PER_SECOND, VirtualClock
from hpsearch.search.schedulers.ladder import REPORTS, report_epochs
from hpsearch.seeds import retraining_seed, trial_seed
from hpsearch.space.space import Scalar
from hpsearch.training.history import History
from hpsearch.training.segment import Best, State, state_digest
from tests.doubles import PROBLEM, small_study
from tests.facts import FACTS
from tests.outcomes import curve_of


def test_the_clock_gives_the_earliest_event_and_the_least_number_among_equals() -> None:
    clock = VirtualClock()
    for trial, seconds in ((4, 2.0), (1, 3.0), (2, 1.0), (0, 2.0)):
        clock.push(trial, seconds)
    assert [clock.next() for _ in range(5)] == [2, 0, 4, 1, None]
    assert clock.now == 3.0


def test_an_epoch_costs_its_operations() -> None:
    small = cost_recipe(layers=1, units=16)
    large = cost_recipe(layers=4, units=512)
    assert large.network.parameters(28) == 29 * 512 + 3 * 513 * 512 + 513
    ratio = PROBLEM.virtual_seconds(large, 10) / PROBLEM.virtual_seconds(small, 10)
    assert 500 < ratio < 2_000
    assert PROBLEM.virtual_seconds(large, 20) == 2 * PROBLEM.virtual_seconds(large, 10)


def test_an_epoch_costs_the_width_of_the_rows_that_a_network_gets() -> None:
    problem = replace(PROBLEM, encoded={"tree_bins 8": 8 * 28, "tree_bins 16": 16 * 28})
    encodings: list[dict[str, Scalar]] = [
        {},
        {"number_encoding": "tree_bins", "bins": 8},
        {"number_encoding": "tree_bins", "bins": 16},
    ]
    plain, eight, sixteen = (
        problem.virtual_seconds(cost_recipe(layers=1, units=256, **encoding), 1)
        for encoding in encodings
    )
    assert plain == PROBLEM.virtual_seconds(cost_recipe(layers=1, units=256), 1)
    work = 256 * (6 * PROBLEM.train_rows + 2 * PROBLEM.validation_rows) / OPERATIONS_PER_SECOND
    assert eight - plain == pytest.approx(7 * 28 * work)
    assert sixteen - eight == pytest.approx(8 * 28 * work)


def cost_recipe(**values: Scalar) -> Recipe:
    return recipe_of({**values, "batch_size": 100}, epochs=10, patience=10)


@given(st.integers(1, 10_000), st.integers(0, 10_000))
def test_reports_begin_after_the_warmup_and_end_with_the_last_epoch(epochs: int, warm: int) -> None:
    ladder = report_epochs(epochs, warm)
    assert ladder == tuple(sorted(set(ladder)))
    assert ladder[0] == min(max(warm, 1), epochs)
    assert ladder[-1] == epochs
    assert len(ladder) <= REPORTS + 1


def test_seeds_differ_by_trial_and_purpose() -> None:
    seeds = {trial_seed(0, n) for n in range(50)} | {retraining_seed(0, n, 0) for n in range(50)}
    assert len(seeds) == 100


def test_a_state_comes_back_as_it_was_and_only_to_its_own_training(tmp_path: Path) -> None:
    recipe = recipe_of({"layers": 1, "units": 2}, epochs=1, patience=1)
    mine, other = (recipe.identity(seed) for seed in (1, 2))
    rng = np.random.default_rng(0)
    weights = tuple(rng.normal(size=3).astype(np.float32) for _ in range(12))
    state = State(4, weights, (np.array(4),), Best(3, 0.5, weights[:2]))
    files = ProgressFiles(tmp_path)
    kernels = {epoch: rng.random((2, 34), np.float32) for epoch in (2, 4)}
    digests = {2: "a", 4: state_digest(state)}
    curve, losses = curve_of(rng.random((4, 2, 2), np.float32)), rng.random(9, np.float32)
    history = History(curve, digests, losses, kernels)
    files.save_state("0001", mine, history, state)
    recorded = files.history("0001", mine)
    np.testing.assert_array_equal(recorded.curve.values, history.curve.values)
    assert recorded.digests == history.digests
    np.testing.assert_array_equal(recorded.losses, losses)
    np.testing.assert_array_equal(recorded.kernels[2], kernels[2])
    assert not len(recorded.until(3).losses)
    assert list(recorded.until(3).kernels) == [2]
    assert len(files.history("0001", other)) == 0
    on_other_rows = ProgressFiles(tmp_path, "sha256:1")
    assert len(on_other_rows.history("0001", mine)) == 0
    assert on_other_rows.state("0001", mine, 4) is None
    back = files.state("0001", mine, 4)
    assert back is not None
    assert state_digest(back) == history.digests[4]
    assert (back.epoch, back.best.epoch, back.best.value) == (4, 3, 0.5)
    for one, two in (
        (back.weights, weights),
        (back.optimizer, state.optimizer),
        (back.best.weights, weights[:2]),
    ):
        assert len(one) == len(two)
        assert all(
            np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(one, two, strict=True)
        )
    assert files.state("0001", other, 4) is None
    assert files.state("0001", mine, 5) is None
    files.drop_state("0001")
    assert files.state("0001", mine, 4) is None


def test_a_file_that_is_no_record_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    path.write_text("this is a letter to my aunt, not a database" * 100)
    with pytest.raises(RecordError, match="must be a record of hpsearch"):
        Record.open(path, "small")
    assert path.read_text().startswith("this is a letter")


@pytest.mark.parametrize("version", [1, 99])
def test_a_record_of_another_version_is_refused_in_one_line(tmp_path: Path, version: int) -> None:
    record = Record.open(tmp_path / "study.db", "small")
    record.set_fact("version", version)
    record.close()
    with pytest.raises(RecordError, match=f"got layout {version}; use the hpsearch that") as told:
        Record.open(tmp_path / "study.db", "small")
    assert "\n" not in str(told.value)


def test_a_record_is_checked_and_a_damaged_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    check_integrity(path)
    Record.open(path, "small").close()
    check_integrity(path)
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 9] = bytes(4096 * 6)
    path.write_bytes(content)
    with pytest.raises(RecordError, match=r"is damaged: .*; move study\.db\* out of the folder"):
        check_integrity(path)


def test_a_study_that_was_killed_before_its_version_was_written_begins(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    Record.open(path, "small").close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE hpsearch_facts")
    record = Record.open(path, "small")
    assert record.trials() == ()
    record.close()


def test_a_folder_in_which_a_process_was_killed_is_swept(tmp_path: Path) -> None:
    with multiprocessing.Pool(1) as pool:
        gone = pool.apply(os.getpid)
    (tmp_path / "checkpoints").mkdir()
    left = tmp_path / "checkpoints" / f".0001.npz.{gone}.new"
    left.touch()
    with write_folder(tmp_path, small_study(), FACTS):
        assert not left.exists()


def test_another_environment_is_told_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    for version in ("2.21.0", "2.22.0", "2.22.0"):
        here = {"python": "3.11.7", "tensorflow": version}
        monkeypatch.setattr("hpsearch.record.folder.environment", lambda here=here: here)
        with write_folder(tmp_path, small_study(), FACTS, told.append) as folder:
            environments = folder.environments()
    assert [one["tensorflow"] for one in environments] == ["2.21.0", "2.22.0"]
    assert len(told) == 1
    assert "tensorflow 2.21.0, here 2.22.0" in told[0]


def test_the_record_uses_a_write_ahead_log(tmp_path: Path) -> None:
    Record.open(tmp_path / "study.db", "small").close()
    with sqlite3.connect(tmp_path / "study.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_folder_stays_with_its_study_and_its_rows(tmp_path: Path) -> None:
    with (
        write_folder(tmp_path, small_study(), FACTS),
        pytest.raises(
            UsageError, match=r"already being run by process \d+ on .*; wait for it or stop it"
        ),
        write_folder(tmp_path, small_study(), FACTS),
    ):
        pass
    with (
        pytest.raises(StudyMismatchError, match=r"search.parallel +was 4, is 2"),
        write_folder(tmp_path, small_study(search__parallel=2), FACTS),
    ):
        pass
    others = replace(FACTS, fingerprint="sha256:" + "1" * 64)
    with (
        pytest.raises(StudyMismatchError, match="begun on"),
        write_folder(tmp_path, small_study(), others),
    ):
        pass
    longer = small_study(search__trials=50, evaluate__seeds=9, data__source="collisions")
    with write_folder(tmp_path, longer, FACTS):
        pass
    with read_folder(tmp_path) as folder:
        assert folder.spec.search.trials == 50
        assert folder.data() == FACTS


def test_a_folder_without_a_study_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"got no study\.db there"), read_folder(tmp_path):
        pass
