"""A record or a study file that somebody or something changed: told when read, healed when run."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hpsearch.errors import RecordError, UsageError
from hpsearch.evaluation.check import check_folder
from hpsearch.record.folder import read_folder, write_folder
from hpsearch.record.study_file import WRITTEN_HERE
from hpsearch.search.loop import search
from tests.attack.doubled import SPEC, compared, go_on, silent
from tests.doubles import PROBLEM, FormulaTrainer, ThreadPool
from tests.facts import FACTS


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study that ran through; to be copied."""
    path = tmp_path_factory.mktemp("finished") / "run"
    go_on(path)
    return path


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "run"))


def change(folder: Path, statement: str) -> None:
    """Change the record behind hpsearch's back."""
    with closing(sqlite3.connect(folder / "study.db")) as connection, connection:
        assert connection.execute(statement).rowcount > 0


def conditions(folder: Path) -> dict[str, str]:
    """What is not whole in a folder; the double's has no rows."""
    return {
        finding.part: finding.condition
        for finding in check_folder(folder)
        if finding.condition != "whole" and finding.part != "rows.parquet"
    }


CHANGES = {
    "value": "UPDATE trial_values SET value = value + 1e-9 WHERE trial_id = 1",
    "report": "UPDATE trial_intermediate_values SET intermediate_value = 0.1 WHERE trial_id = 2",
    "param": "UPDATE trial_params SET param_value = param_value * 1.5 WHERE trial_id = 3",
    "domain": "UPDATE trial_params SET distribution_json = replace(distribution_json, 'true', "
    "'false') WHERE distribution_json LIKE '%\"log\": true%'",
    "state": "UPDATE trials SET state = 'FAIL' WHERE number = 4",
    "number": "UPDATE trials SET number = 9 WHERE number = 2",
    "seed": "UPDATE trial_user_attributes SET value_json = '7' WHERE key = 'seed' AND trial_id = 1",
    "cause": "UPDATE trial_user_attributes SET value_json = '\"luck\"' WHERE key = 'how it ended'",
    "gone": "DELETE FROM trials WHERE number = 3",
    "JSON": "UPDATE trial_params SET distribution_json = '{' WHERE trial_id = 1",
    "kind": "UPDATE trials SET state = 'RESTING' WHERE number = 1",
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_trial_that_was_changed_is_told_and_recorded_again(folder: Path, what: str) -> None:
    expected = compared(folder)
    change(folder, CHANGES[what])
    with pytest.raises(RecordError, match="is damaged: "), read_folder(folder) as held:
        held.record.trials()
    assert conditions(folder).get("study.db") in ("again", "lost")
    try:
        go_on(folder)
    except RecordError:  # as its message says: move it out of the folder
        for file in folder.glob("study.db*"):
            file.unlink()
        go_on(folder)
    assert compared(folder) == expected
    assert conditions(folder) == {}


def test_values_that_are_whole_are_not_asked_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(folder, CHANGES["value"])
    asked: list[int] = []
    from hpsearch.search import loop

    monkeypatch.setattr(loop, "make_sampler", lambda spec, number, side: asked.append(number))
    go_on(folder)
    assert asked == []


@pytest.mark.parametrize("fact", ["data", "spec", "version", "openings", "environments"])
def test_a_fact_that_was_changed_is_told_and_found_out_again(folder: Path, fact: str) -> None:
    expected = compared(folder)
    change(folder, f"INSERT OR REPLACE INTO hpsearch_facts VALUES ('{fact}', '[]', 'another')")
    with pytest.raises(RecordError, match=f"its fact '{fact}'"), read_folder(folder) as held:
        held.record.fact(fact, None)
    lines: list[str] = []
    with write_folder(folder, SPEC, FACTS, lines.append) as held:
        assert held.record.broken_facts() == frozenset()
    assert [line for line in lines if f"is damaged ({fact})" in line]
    assert compared(folder) == expected


@pytest.mark.parametrize("text", ["", "[study", '[study]\nname = "other"\n', "\0"])
def test_a_study_file_that_was_changed_is_restored_from_the_record(folder: Path, text: str) -> None:
    before = (folder / "study.toml").read_text()
    assert before.startswith(WRITTEN_HERE)
    (folder / "study.toml").write_text(text)
    with read_folder(folder) as held:
        assert held.spec == SPEC
    assert conditions(folder) == {"study.toml": "again"}
    lines: list[str] = []
    with write_folder(folder, SPEC, FACTS, lines.append):
        pass
    assert [line for line in lines if "is restored from the record" in line]
    assert (folder / "study.toml").read_text() == before


def test_a_study_file_of_a_user_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text('# mine\n[study]\nname = "small"\n')
    with pytest.raises(UsageError, match=r"study\.toml was not written by hpsearch"):
        go_on(tmp_path)
    assert (tmp_path / "study.toml").read_text().startswith("# mine")
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]


def test_a_study_only_grows(folder: Path) -> None:
    fewer = SPEC.model_copy(update={"search": SPEC.search.model_copy(update={"trials": 4})})
    with (
        pytest.raises(UsageError, match="has 5 trials, got 4; give --trials 5 or more"),
        write_folder(folder, fewer, FACTS, silent),
    ):
        pass


def test_a_warm_up_may_be_said_in_epochs_or_as_a_share(folder: Path) -> None:
    whole = SPEC.search.model_copy(update={"warmup_epochs": SPEC.warmup_epochs, "warmup": 0.5})
    with write_folder(folder, SPEC.model_copy(update={"search": whole}), FACTS, silent) as held:
        assert len(held.record.trials()) == 5


def replace(folder: Path, what: str) -> None:
    """Put something else in the place of the folder or of a file in it."""
    match what:
        case "folder":
            folder.rename(folder.with_name("moved"))
        case "record":
            (folder / "other").write_bytes((folder / "study.db").read_bytes())
            (folder / "other").rename(folder / "study.db")
        case "lock":
            (folder / ".lock").unlink()


@pytest.mark.parametrize("what", ["folder", "record", "lock"])
def test_what_is_replaced_while_a_study_runs_ends_it_before_the_next_write(
    tmp_path: Path, what: str
) -> None:
    path = tmp_path / "run"

    def run() -> Iterator[Any]:
        with write_folder(path, SPEC, FACTS, silent) as held:
            pool = ThreadPool(FormulaTrainer())
            yield from search(SPEC, PROBLEM, held.record, held.files, pool, silent)

    steps = run()
    for _ in range(3):
        next(steps)
    replace(path, what)
    with pytest.raises(RecordError, match="while the study ran; nothing is written any more"):
        list(steps)
    assert what != "folder" or not path.exists()
