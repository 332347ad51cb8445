"""What people see of a record in the dashboard, and what they may do to it there."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.storages import RDBStorage
from optuna.trial import TrialState
from optuna_dashboard import save_note, wsgi
from werkzeug.test import Client

from hpsearch.errors import RecordError
from hpsearch.evaluation.check import check_folder
from hpsearch.record.folder import read_folder, write_folder
from hpsearch.record.journal import Journal
from hpsearch.record.record import Record
from tests.doubles import small_study
from tests.facts import FACTS


@contextmanager
def opened(path: Path) -> Iterator[RDBStorage]:
    """The record as Optuna and its dashboard open it."""
    storage = RDBStorage(f"sqlite:///{path}")
    try:
        yield storage
    finally:
        storage.remove_session()
        storage.engine.dispose()


@pytest.fixture
def walk() -> optuna.Study:
    return optuna.create_study(direction="minimize")


def ask(journal: Journal, walk: optuna.Study) -> optuna.Trial:
    trial = walk.ask()
    trial.suggest_float("x", 0, 1)
    trial.set_user_attr("seed", 7)
    trial.set_user_attr("started_seconds", 0.5)
    journal.asked(walk.get_trials(deepcopy=False)[trial.number], walk)
    return trial


def tell(
    journal: Journal, walk: optuna.Study, trial: optuna.Trial, value: float | None, **changes: Any
) -> None:
    state = TrialState.COMPLETE if value is not None else TrialState.FAIL
    ended = {"epochs": 9, "best_epoch": 5, "cause": "ran all epochs", "ended_seconds": 2.5}
    attributes = {**ended, **changes}
    for key, attribute in attributes.items():
        trial.set_user_attr(key, attribute)
    walk.tell(trial, value, state=state)
    journal.told(trial.number, state, attributes, walk)


def test_facts_come_back_and_people_do_not_see_them(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    long = {"metrics": ["a" * 100] * 1_000}
    record = Record.open(path, "small")
    record.set_fact("test", long)
    record.close()
    record = Record.open(path, "small")
    assert record.fact("test", None) == long
    assert record.fact("openings", []) == []
    record.close()
    with opened(path) as storage:
        (study,) = storage.get_all_studies()
        assert study.user_attrs == {}
        assert study.system_attrs == {}


def test_the_objective_has_its_name_in_the_record(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    for _ in range(2):
        with closing(Record.open(path, "small")) as record:
            record.name_objective("val_loss")
    with opened(path) as storage:
        study = optuna.load_study(study_name="small", storage=storage)
        assert study.metric_names == ["val_loss"]


def test_a_record_of_layout_2_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    with opened(path) as storage:
        study = storage.create_new_study([optuna.study.StudyDirection.MINIMIZE], "small")
        storage.set_study_user_attr(study, "version", 2)
    with pytest.raises(RecordError, match="must have layout 7, got layout 2; use the hpsearch"):
        Record.open(path, "small")
    with opened(path) as storage:
        (found,) = storage.get_all_studies()
        assert (found.user_attrs, found.system_attrs) == ({"version": 2}, {})


#: What an earlier layout has of a study with one trial.
EARLIER = """
    PRAGMA journal_mode = WAL;
    CREATE TABLE studies (study_id INTEGER PRIMARY KEY, study_name VARCHAR(512));
    CREATE TABLE study_user_attributes (study_id INTEGER, key VARCHAR(512), value_json TEXT);
    CREATE TABLE trials (trial_id INTEGER PRIMARY KEY, number INTEGER, study_id INTEGER);
    INSERT INTO studies VALUES (1, 'small');
    INSERT INTO trials VALUES (1, 0, 1);
    CREATE TABLE hpsearch_facts (key TEXT PRIMARY KEY, value TEXT, digest TEXT);
    INSERT INTO hpsearch_facts VALUES
        ('version', '{version}', '{digest}');
"""

#: Digests of earlier layouts' versions.
DIGESTS = {
    4: "965f625bff15c83d9f9f5879c93ed545f5611bf0abdbf738f830b26ef2d65495",
    5: "e5b58119ce6db5144af729f736a31bd540e26c69d102d602c34805afacc9371e",
    6: "7424c0f54723f79c95be403f1f60b1754dfb3a0134ceeccd7cfcaf126f11c75c",
}


def of_layout(folder: Path, version: int) -> Path:
    """A folder of an earlier layout."""
    with closing(sqlite3.connect(folder / "study.db")) as connection:
        connection.executescript(EARLIER.format(version=version, digest=DIGESTS[version]))
    return folder


@pytest.mark.parametrize("version", DIGESTS)
@pytest.mark.parametrize("command", ["read", "write", "check"])
def test_a_folder_of_an_earlier_layout_is_refused_in_one_line_and_left_as_it_was(
    tmp_path: Path, command: str, version: int
) -> None:
    released = of_layout(tmp_path, version)
    before = (released / "study.db").read_bytes()
    expected = (
        rf"must have layout 7, got layout {version}; "
        r"use the hpsearch that wrote it, or a new folder"
    )
    match command:
        case "read":
            with pytest.raises(RecordError, match=expected) as raised, read_folder(released):
                pass
            message = str(raised.value)
        case "write":
            spec = small_study()
            with (
                pytest.raises(RecordError, match=expected) as raised,
                write_folder(released, spec, FACTS),
            ):
                pass
            message = str(raised.value)
        case "check":
            (finding,) = check_folder(released)
            message = finding.words
    assert re.search(expected, message)
    assert "\n" not in message
    assert (released / "study.db").read_bytes() == before
    assert not (released / "study.toml").exists()


def test_a_study_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    with opened(path) as storage:
        study = optuna.create_study(study_name="mine", storage=storage)
        study.tell(study.ask(), 0.5)
    before = path.read_bytes()
    with pytest.raises(RecordError, match="got a study of another program"):
        Record.open(path, "mine")
    with pytest.raises(RecordError, match="got a study of another program"):
        Record.read(path)
    assert path.read_bytes() == before


def test_trials_have_attributes_that_people_can_read(tmp_path: Path, walk: optuna.Study) -> None:
    record = Record.open(tmp_path / "study.db", "small")
    journal = Journal.of(record)
    tell(journal, walk, ask(journal, walk), 0.5)
    tell(journal, walk, ask(journal, walk), None, best_epoch=None, cause="failed: no memory")
    first, second = (trial.user_attrs for trial in record.frozen_trials())
    assert first == {
        "seed": 7,
        "epochs": 9,
        "best epoch": 5,
        "how it ended": "ran all epochs",
        "begun (virtual seconds)": 0.5,
        "ended (virtual seconds)": 2.5,
    }
    assert "best epoch" not in second  # None would turn the column to text
    trials = record.trials()
    record.close()
    assert [trial.best_epoch for trial in trials] == [5, None]
    assert [trial.cause for trial in trials] == ["ran all epochs", "failed: no memory"]
    assert trials[0].started_seconds == 0.5


def test_attributes_are_taken_away_too(tmp_path: Path) -> None:
    record = Record.open(tmp_path / "study.db", "small")
    record.set_attributes({"dashboard:note_ver": 1}, {"rows": "10"})
    record.set_attributes({"dashboard:note_ver": None, "absent": None}, {"rows": "12"})
    left = record.attributes()
    record.close()
    assert left == {}
    with opened(tmp_path / "study.db") as storage:
        assert storage.get_all_studies()[0].user_attrs == {"rows": "12"}


def test_a_study_that_was_renamed_in_the_dashboard_is_still_the_same(
    tmp_path: Path, walk: optuna.Study
) -> None:
    path = tmp_path / "study.db"
    record = Record.open(path, "small")
    journal = Journal.of(record)
    tell(journal, walk, ask(journal, walk), 0.5)
    record.set_fact("openings", ["one"])
    record.close()
    record = Record.open(path, "small")
    journal = Journal.of(record)
    with opened(path) as storage:
        Client(wsgi(storage)).post("/api/studies/1/rename", json={"study_name": "mine"})
        assert [study.study_name for study in storage.get_all_studies()] == ["mine"]
    with pytest.raises(RecordError, match="Run the same command to continue"):
        ask(journal, walk)
    record.close()
    record = Record.open(path, "small")
    assert record.fact("openings", []) == ["one"]
    assert [trial.value for trial in record.trials()] == [0.5]
    record.close()


@pytest.mark.parametrize("renamed", [False, True])
def test_a_record_that_is_built_anew_keeps_facts_notes_and_files(
    tmp_path: Path, walk: optuna.Study, renamed: bool
) -> None:
    path = tmp_path / "study.db"
    record = Record.open(path, "small")
    journal = Journal.of(record)
    tell(journal, walk, ask(journal, walk), 0.5)
    ask(journal, walk)
    record.set_fact("openings", ["one"])
    record.close()
    with opened(path) as storage:
        client = Client(wsgi(storage))
        if renamed:
            client.post("/api/studies/1/rename", json={"study_name": "mine"})
        (name,) = (study.study_name for study in storage.get_all_studies())
        study = optuna.load_study(study_name=name, storage=storage)
        save_note(study, "on the study")
        for trial in study.trials:
            save_note(optuna.Trial(study, trial._trial_id), f"on trial {trial.number}")
        storage.set_trial_system_attr(study.trials[1]._trial_id, "artifacts:a1", json.dumps({}))
        storage.set_study_user_attr(study._study_id, "rows", "10")
    record = Record.open(path, "small")
    other = optuna.create_study(direction="minimize")
    for value in (0.5, 0.6):
        asked = other.ask()
        asked.suggest_float("x", 0, 1)
        other.tell(asked, value)
    Journal.of(record).told(0, TrialState.COMPLETE, {"epochs": 8}, other)
    assert [trial.value for trial in record.frozen_trials()] == [0.5, 0.6]
    assert record.fact("openings", []) == ["one"]
    record.close()
    with opened(path) as storage:
        client = Client(wsgi(storage))
        (summary,) = json.loads(client.get("/api/studies").text)["study_summaries"]
        assert summary["user_attrs"] == [{"key": "rows", "value": "10"}]
        shown = json.loads(client.get(f"/api/studies/{summary['study_id']}?after=0").text)
    assert shown["note"]["body"] == "on the study"
    assert [trial["note"]["body"] for trial in shown["trials"]] == ["on trial 0", "on trial 1"]
    assert [trial["artifacts"] for trial in shown["trials"]] == [[], [{}]]


def test_a_record_keeps_the_direction_of_its_values(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    record = Record.open(path, "small", maximize=True)
    walk = optuna.create_study(direction="maximize")
    trial = ask(Journal.of(record), walk)
    tell(Journal.of(record), walk, trial, 0.5)
    record.rebuild(walk.get_trials(deepcopy=False))
    record.close()
    with opened(path) as storage:
        (study,) = storage.get_all_studies()
        assert study.direction == optuna.study.StudyDirection.MAXIMIZE
