"""What the Optuna dashboard shows of a study besides its trials, read as its pages read it."""

import base64
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import TrialState, create_trial
from werkzeug.test import Client

from hpsearch.dashboard.server import application
from hpsearch.dashboard.writing import write_dashboard
from hpsearch.evaluation.outcome import Outcome
from hpsearch.record.annotations import PART
from hpsearch.record.journal import Journal
from hpsearch.record.record import Record
from hpsearch.space.space import Choice, Domain, Float, Int
from tests.outcomes import HOSTILE, NO_LEADERBOARD, MakeOutcome, lose, make_trial, with_standings

STATES = {
    "complete": TrialState.COMPLETE,
    "pruned": TrialState.PRUNED,
    "failed": TrialState.FAIL,
    "running": TrialState.RUNNING,
}

MakeRecord = Callable[[Outcome], Record]


@pytest.fixture
def make_record() -> Iterator[MakeRecord]:
    """Writes an outcome's trials and a report into its folder."""
    records = []

    def make(outcome: Outcome) -> Record:
        folder = outcome.folder
        record = Record.open(folder / "study.db", "made")
        records.append(record)
        record.name_objective(outcome.task.objective)
        journal = Journal.of(record)
        domains = {one.name: one.domain for one in outcome.spec.space.parameters}
        for trial in outcome.trials:
            complete = trial.state == "complete"
            written = create_trial(
                state=STATES[trial.state],
                value=trial.value if complete else None,
                params=dict(trial.params),
                distributions={name: distribution(domains[name]) for name in trial.params},
                user_attrs={"seed": trial.seed, "started_seconds": trial.started_seconds},
            )
            written.number = trial.number
            journal.asked(written, optuna.create_study())
        (folder / "report.html").write_text("<!doctype html><h1>Report</h1>", encoding="utf-8")
        (folder / "report.md").write_text("# Report\n", encoding="utf-8")
        return record

    yield make
    for record in records:
        record.close()


def distribution(domain: Domain) -> BaseDistribution:
    match domain:
        case Float(low, high, log):
            return FloatDistribution(low, high, log=log)
        case Int(low, high, log):
            return IntDistribution(low, high, log=log)
        case Choice(choices):
            return CategoricalDistribution(choices)


@contextmanager
def served(folder: Path) -> Iterator[Client]:
    """The dashboard as it is served."""
    with application(folder) as app:
        yield Client(app)


def detail(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.get("/api/studies/1?after=0").text)
    return found


def fetch(client: Client, address: str) -> tuple[str | None, bytes]:
    """Type and content of a file."""
    with client.get(address) as answer:
        return answer.mimetype, answer.data


def names(artifacts: list[dict[str, str]]) -> list[str]:
    return sorted(artifact["filename"] for artifact in artifacts)


def notes(found: Mapping[str, Any]) -> dict[int, str]:
    """Notes on trials by their numbers; of those that have one."""
    bodies = {trial["number"]: trial["note"]["body"] for trial in found["trials"]}
    return {number: body for number, body in bodies.items() if body}


def write_note(client: Client, body: str) -> None:
    """As somebody does who edits the study's note on its page."""
    version = detail(client)["note"]["version"] + 1
    done = client.put("/api/studies/1/note", json={"version": version, "body": body})
    assert done.status_code == 204


def test_the_note_says_what_the_study_is_and_what_came_out(
    make_outcome: MakeOutcome, make_record: MakeRecord
) -> None:
    outcome = make_outcome()
    winner, tested = outcome.standings[0], outcome.test
    assert tested is not None
    write_dashboard(make_record(outcome), outcome)
    with served(outcome.folder) as client:
        found = detail(client)
    note = found["note"]["body"]
    for said in (
        "Which size and regularizer generalize?",
        "30 trials of up to 100 epochs",
        "UCI HIGGS, first rows: 10,000 train, 1,000 validate, 9,977 are sealed for the test",
        f"**The winner is trial {winner.trial}.**",
        f"| {winner.trial} | {winner.search_value:.4f} | {winner.mean:.4f} ±",
        "binary cross-entropy 0.5712 [0.5641, 0.5783]",
        "opened once",
        "best `val_binary_crossentropy`",
        "The best trial is not the winner",
    ):
        assert said in note
    assert "imulated" not in note
    assert found["objective_names"] == ["val_binary_crossentropy"]
    assert {one["key"]: one["value"] for one in found["user_attrs"]} == {
        "data": "UCI HIGGS, first rows",
        "rows": "10,000 train, 1,000 validate, 9,977 are sealed for the test",
        "winner": f"trial {winner.trial}: {winner.mean:.4f} ± {winner.deviation:.4f} "
        "over fresh seeds",
        "test": f"binary cross-entropy 0.5712 [0.5641, 0.5783], trial {winner.trial}",
        "report": "report.html, in the study's folder and among its artifacts",
    }


def test_trials_that_were_trained_again_have_notes_and_the_winner_its_curves(
    make_outcome: MakeOutcome, make_record: MakeRecord
) -> None:
    outcome = make_outcome()
    write_dashboard(make_record(outcome), outcome)
    with served(outcome.folder) as client:
        found = detail(client)
        noted = notes(found)
        assert noted.keys() == {standing.trial for standing in outcome.standings}
        for standing in outcome.standings:
            note = noted[standing.trial]
            assert note.startswith(f"**Rank {standing.rank} of the 3 that were trained again")
            assert ("the winner" in note) == (standing.rank == 1)
            assert f"{standing.mean:.4f} ± {standing.deviation:.4f}" in note
            assert (
                f"of each seed: {', '.join(f'{run.best_epoch}' for run in standing.runs)}" in note
            )
            trial = found["trials"][standing.trial]
            curves = ["winner-curves.csv", "winner-curves.svg"]
            assert names(trial["artifacts"]) == (curves if standing.rank == 1 else [])
        links = [
            link
            for note in (found["note"]["body"], *noted.values())
            for link in re.findall(r"\]\((/[^)]+)\)", note)
        ]
        assert len(links) == 2
        report, curves_of_winner = (fetch(client, link) for link in links)
    assert report == ("text/html", b"<!doctype html><h1>Report</h1>")
    assert curves_of_winner[0] == "image/svg+xml"


def test_the_files_are_the_report_and_the_winners_curves(
    make_outcome: MakeOutcome, make_record: MakeRecord
) -> None:
    outcome = make_outcome()
    write_dashboard(make_record(outcome), outcome)
    with served(outcome.folder) as client:
        artifacts = detail(client)["artifacts"]
        got = {
            one["filename"]: fetch(client, f"/artifacts/1/{one['artifact_id']}")
            for one in artifacts
        }
    assert {name: mimetype for name, (mimetype, _) in got.items()} == {
        "report.html": "text/html",
        "report.md": "text/markdown",
        "winner-curves.csv": "text/csv",
        "winner-curves.svg": "image/svg+xml",
    }
    assert got["report.md"][1] == b"# Report\n"
    assert got["winner-curves.svg"][1].startswith(b'<svg style="background: #fff" xmlns')
    heads, *rows = got["winner-curves.csv"][1].decode().splitlines()
    assert heads.split(",")[:3] == ["epoch", "seed 0 train", "seed 0 validation"]
    run = outcome.standings[0].runs[0]
    curve = outcome.history(run.run.name).curve
    cells = [float(cell) for cell in rows[run.best_epoch - 1].split(",")]
    assert cells[:3] == pytest.approx(
        [run.best_epoch, *curve.values[run.best_epoch - 1, :, 0]], abs=1e-5
    )
    assert sum(len(content) for _, content in got.values()) < 200_000


def test_writing_again_changes_nothing_and_doubles_nothing(
    make_outcome: MakeOutcome, make_record: MakeRecord
) -> None:
    outcome = make_outcome()
    record = make_record(outcome)
    written = []
    for _ in range(2):
        write_dashboard(record, outcome)
        files = {path.name: path.read_bytes() for path in (outcome.folder / "artifacts").iterdir()}
        written.append((record.attributes(), files))
    assert written[0] == written[1]
    assert len(written[0][1]) == 6


def test_what_is_no_longer_true_is_taken_away(
    make_outcome: MakeOutcome, make_record: MakeRecord
) -> None:
    outcome = make_outcome()
    record = make_record(outcome)
    write_dashboard(record, outcome)
    second = replace(outcome.standings[1], rank=1)
    write_dashboard(record, with_standings(replace(outcome, test=None), second))
    with served(outcome.folder) as client:
        found = detail(client)
    assert notes(found).keys() == {second.trial}
    with_files = [trial["number"] for trial in found["trials"] if trial["artifacts"]]
    assert with_files == [second.trial]
    assert len(list((outcome.folder / "artifacts").iterdir())) == 6
    assert f"trial {outcome.standings[0].trial}" not in found["note"]["body"]


def test_a_note_that_somebody_changed_stays_until_it_is_emptied(
    make_outcome: MakeOutcome, make_record: MakeRecord
) -> None:
    outcome = make_outcome()
    record = make_record(outcome)
    write_dashboard(record, outcome)
    with served(outcome.folder) as client:
        ours = detail(client)["note"]["body"]
        write_note(client, f"Look at trial 3!\n\n{ours}")
        write_dashboard(record, replace(outcome, test=None))
        assert detail(client)["note"]["body"] == f"Look at trial 3!\n\n{ours}"
        write_note(client, "")
        write_dashboard(record, outcome)
        assert detail(client)["note"]["body"] == ours


def test_a_file_that_somebody_added_stays(
    make_outcome: MakeOutcome, make_record: MakeRecord
) -> None:
    outcome = make_outcome()
    record = make_record(outcome)
    write_dashboard(record, outcome)
    with served(outcome.folder) as client:
        content = base64.b64encode(b"mine").decode()
        added = {"file": f"data:text/plain;base64,{content}", "filename": "mine.txt"}
        assert client.post("/api/artifacts/1", json=added).status_code == 201
        write_dashboard(record, with_standings(replace(outcome, test=None)))
        artifacts = detail(client)["artifacts"]
        assert names(artifacts) == ["mine.txt", "report.html", "report.md"]
        (mine,) = (one["artifact_id"] for one in artifacts if one["filename"] == "mine.txt")
        assert fetch(client, f"/artifacts/1/{mine}") == ("text/plain", b"mine")


def test_a_long_note_is_read_whole_and_a_shorter_one_after_it(
    make_outcome: MakeOutcome, make_record: MakeRecord
) -> None:
    outcome = make_outcome(description="long " * PART)
    record = make_record(outcome)
    for description in ("long " * PART, "short"):
        study = outcome.spec.study.model_copy(update={"description": description})
        spec = outcome.spec.model_copy(update={"study": study})
        write_dashboard(record, replace(outcome, spec=spec))
        with served(outcome.folder) as client:
            assert detail(client)["note"]["body"].startswith(f"**{description.strip()}**")


def test_simulated_rows_are_told_first(make_outcome: MakeOutcome, make_record: MakeRecord) -> None:
    outcome = make_outcome(simulated=True)
    write_dashboard(make_record(outcome), outcome)
    with served(outcome.folder) as client:
        found = detail(client)
    assert found["note"]["body"].startswith("> **These are simulated rows, not measured ones.**")
    assert found["user_attrs"][0]["value"] == "simulated rows, not measured ones"


def test_text_of_a_study_is_shown_as_it_is(
    make_outcome: MakeOutcome, make_record: MakeRecord
) -> None:
    outcome = make_outcome(description=HOSTILE)
    write_dashboard(make_record(outcome), outcome)
    with served(outcome.folder) as client:
        note = detail(client)["note"]["body"]
    assert "<script>" not in note
    assert r"\`a\` \*b\* $c\_d$ &amp; 100%" in note


def test_a_study_that_has_only_begun_says_what_it_is(
    make_outcome: MakeOutcome, make_record: MakeRecord
) -> None:
    outcome = make_outcome([make_trial(0, "running")], standings=0, baselines=False)
    record = make_record(outcome)
    (outcome.folder / "report.html").unlink()
    write_dashboard(record, outcome)
    with served(outcome.folder) as client:
        found = detail(client)
    assert "How to read it" in found["note"]["body"]
    assert "What came out" not in found["note"]["body"]
    assert "](" not in found["note"]["body"].partition("[//]")[0]
    assert notes(found) == {}
    values = {one["key"]: one["value"] for one in found["user_attrs"]}
    assert values["winner"] == values["test"] == "not known yet"


def test_a_configuration_that_diverged_is_told_and_wins_nothing(
    make_outcome: MakeOutcome, make_record: MakeRecord
) -> None:
    outcome = make_outcome(standings=1, seeds=2, test=False)
    (standing,) = outcome.standings
    lost = lose(standing.runs[1])
    diverged = replace(standing, mean=math.inf, deviation=0.0, runs=(standing.runs[0], lost))
    write_dashboard(make_record(outcome), with_standings(outcome, diverged))
    with served(outcome.folder) as client:
        found = detail(client)
    assert "There is no winner yet:" in found["note"]["body"]
    assert "the winner" not in notes(found)[standing.trial]
    assert names(found["artifacts"]) == ["report.html", "report.md"]
    assert f"{standing.runs[0].best_epoch}, diverged" in notes(found)[standing.trial]
    assert "| diverged |" in notes(found)[standing.trial]


def test_baselines_alone_have_a_note_too(
    make_outcome: MakeOutcome, make_record: MakeRecord
) -> None:
    outcome = make_outcome()
    assert outcome.test is not None
    search = outcome.spec.search.model_copy(update={"trials": 0})
    alone = replace(
        outcome,
        spec=outcome.spec.model_copy(update={"search": search}),
        trials=(),
        leaderboard=NO_LEADERBOARD,
        ablations=(),
        test=replace(
            outcome.test, reference="Large, dropout 0.5", trial=None, index=None, configurations=()
        ),
    )
    write_dashboard(make_record(alone), alone)
    with served(outcome.folder) as client:
        found = detail(client)
    assert "searches nothing" in found["note"]["body"]
    assert "Large, dropout 0.5 has binary cross-entropy 0.5712" in found["note"]["body"]
    assert "How to read it" not in found["note"]["body"]
    assert names(found["artifacts"]) == ["report.html", "report.md"]
