"""How the folder changes with the study, and what an open TensorBoard sees of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from hpsearch.errors import RecordError
from hpsearch.evaluation.outcome import Outcome
from hpsearch.record.status import trial_status
from hpsearch.tensorboard import writing as tensorboard
from hpsearch.tensorboard.writing import follow, update, write_tensorboard
from hpsearch.training.history import History
from tests.board import Board, board_of, metrics_of
from tests.outcomes import (
    NO_LEADERBOARD,
    MakeOutcome,
    curve_of,
    make_diverged,
    make_trial,
)

VALIDATION = "curve/val_binary_crossentropy"


def written(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*tfevents*"))
    }


def as_of(outcome: Outcome, ended: int, epochs: int = 12) -> Outcome:
    """The study when so many trials had ended, and the next two had run so many epochs."""
    begun = [
        replace(trial, state="running", ended_seconds=None, cause="", epochs=epochs)
        for trial in outcome.trials[ended : ended + 2]
    ]
    cut = {trial.run for trial in begun}

    def history(run: str) -> History:
        whole = outcome.history(run)
        return whole.until(epochs) if run in cut else whole

    return replace(
        outcome,
        trials=(*outcome.trials[:ended], *begun),
        history=history,
        leaderboard=NO_LEADERBOARD,
        baselines=(),
        test=None,
    )


@pytest.fixture
def whole(make_outcome: MakeOutcome) -> Outcome:
    """A study of eight trials that all ended, one of them diverged."""
    trials = [*(make_trial(number, epochs=30) for number in range(7)), make_diverged(7)]
    return make_outcome(trials, standings=1, seeds=2, baselines=False)


def test_the_same_outcome_gives_the_same_bytes_and_replaces_what_was_there(
    make_outcome: MakeOutcome,
) -> None:
    outcome = make_outcome()
    root = outcome.folder / "tensorboard"
    write_tensorboard(outcome)
    first = written(root)
    stale = root / "deep" / "trial-9999" / "events.out.tfevents.0000000001.hpsearch"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"stale")
    write_tensorboard(outcome)
    assert written(root) == first
    assert not (root / "deep").exists()
    elsewhere = replace(outcome, folder=outcome.folder.with_name("elsewhere"))
    write_tensorboard(elsewhere)
    assert written(elsewhere.folder / "tensorboard") == first


def test_an_export_that_fails_leaves_the_old_one(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    write_tensorboard(outcome)
    before = written(outcome.folder)

    def broken(run: str) -> History:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_tensorboard(replace(outcome, history=broken))
    assert written(outcome.folder) == before


@pytest.mark.parametrize("left", [0, 1, 11, 40, 500])
def test_a_file_that_was_cut_short_is_made_whole(whole: Outcome, left: int) -> None:
    write_tensorboard(whole)
    root = whole.folder / "tensorboard"
    before = written(root)
    (path,) = (root / "trial-0003").glob("*tfevents*")
    path.write_bytes(path.read_bytes()[:left])
    write_tensorboard(whole)
    assert written(root) == before


def test_an_open_board_sees_trials_run_and_end_and_nothing_twice(whole: Outcome) -> None:
    root = whole.folder / "tensorboard"
    board = board_of(as_of(whole, 0, epochs=4))
    steps = ((0, 12), (1, 12), (1, 20), (4, 5), (5, 5), (5, 9), (8, 0))
    for moment in [*(as_of(whole, ended, epochs) for ended, epochs in steps), whole]:
        write_tensorboard(moment)
        board.reload()
        rows = board.rows()
        states = {name: row["hparams"]["state"] for name, row in rows.items()}
        assert states == {f"trial-{t.run}": trial_status(t) for t in moment.trials}
        assert all(len(row["sessions"]) == 1 for row in rows.values())
        for trial in moment.trials:
            if trial.diverged:
                continue
            running = "running/" if trial.state == "running" else ""
            points = board.points(f"{running}trial-{trial.run}", VALIDATION)
            losses = moment.history(trial.run).curve.validation()
            assert [*points.values()] == pytest.approx(losses.tolist())
            assert metrics_of(rows[f"trial-{trial.run}"])["epochs"] == trial.epochs
    assert {name: metrics_of(row) for name, row in board.rows().items()} == {
        name: metrics_of(row) for name, row in Board(root).rows().items()
    }
    fresh = replace(whole, folder=whole.folder.with_name("fresh"))
    write_tensorboard(fresh)
    assert written(root) == written(fresh.folder / "tensorboard")


def test_what_changed_takes_the_place_of_what_was_there(whole: Outcome) -> None:
    root = whole.folder / "tensorboard"
    write_tensorboard(whole)
    again = whole.trials[2]
    shorter = replace(again, epochs=20, value=0.9)

    def read(run: str) -> History:
        history = whole.history(run)
        return (
            replace(history, curve=curve_of(history.curve.values[:20] + 1))
            if run == again.run
            else history
        )

    changed = replace(whole, trials=(*whole.trials[:2], shorter, *whole.trials[3:7]), history=read)
    write_tensorboard(changed)
    (path,) = (root / "trial-0002").glob("*tfevents*")
    assert ".0000000001." in path.name
    assert not (root / "trial-0007").exists()
    board = Board(root)
    assert max(board.points("trial-0002", VALIDATION)) == 20
    assert len(board.rows()) == 7


def test_a_file_that_replaces_one_is_read_as_a_restart(whole: Outcome) -> None:
    """Both are there for a moment, and TensorBoard may read then."""
    root = whole.folder / "tensorboard"
    write_tensorboard(whole)
    (path,) = (root / "trial-0002").glob("*tfevents*")
    path.with_name(path.name.replace("0000000000", "0000000001")).write_bytes(path.read_bytes())
    board = Board(root)
    assert list(board.points("trial-0002", VALIDATION)) == list(range(1, 31))
    write_tensorboard(whole)
    assert len(list((root / "trial-0002").glob("*tfevents*"))) == 1


def test_only_runs_that_changed_are_made_again(whole: Outcome) -> None:
    known = update(whole.folder, lambda: as_of(whole, 3), {})
    read: list[str] = []

    def noting(run: str) -> History:
        read.append(run)
        return as_of(whole, 3, 20).history(run)

    (gone,) = (whole.folder / "tensorboard" / "trial-0001").glob("*tfevents*")
    gone.unlink()
    before = written(whole.folder)
    now = update(whole.folder, lambda: replace(as_of(whole, 3, 20), history=noting), known)
    after = written(whole.folder)
    different = {name for name in after if after[name] != before.get(name)}
    assert {name.split("/")[-2] for name in different} == {"trial-0001", "trial-0003", "trial-0004"}
    assert now.keys() == known.keys()


def test_a_study_is_followed_until_it_is_told_to_stop(
    whole: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tensorboard, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(tensorboard, "LOOKS_APART", 0.0)
    stop = Event()
    moments: Iterator[Outcome | None] = iter([as_of(whole, 1), None, as_of(whole, 5), whole])

    def read() -> Outcome:
        moment = next(moments)
        if moment is None:
            raise RecordError("the record is being written")
        if moment is whole:
            stop.set()
        return moment

    written_before = update(whole.folder, lambda: as_of(whole, 0), {})
    follow(whole.folder, read, written_before, stop)
    assert next(moments, "none left") == "none left"
    assert len(Board(whole.folder / "tensorboard").rows()) == 8
