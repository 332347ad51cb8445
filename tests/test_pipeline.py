"""The main job on values: rows made from arrays, no command line, nothing printed."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from hpsearch import pipeline
from hpsearch.data.table import Origin, Table
from hpsearch.errors import HpsearchError, RecordError
from hpsearch.evaluation.reading import read_outcome
from hpsearch.evaluation.reproduce import choose_best
from hpsearch.progress import SilentView, Snapshot
from hpsearch.record.folder import read_folder
from hpsearch.study.reading import check_study
from hpsearch.study.spec import StudySpec
from hpsearch.tasks.binary import binary_crossentropy

VALIDATION, TRAIN, TEST = 100, 300, 100


@pytest.fixture(scope="module")
def spec() -> StudySpec:
    return check_study(
        {
            "study": {"name": "arrays", "seed": 3},
            "data": {
                **{"source": "csv", "path": "nowhere.csv"},
                **{"validation": VALIDATION, "train": TRAIN, "test": TEST, "shuffle": False},
            },
            "space": {"units": {"int": [4, 8]}, "learning_rate": 0.01},
            "training": {"epochs": 4, "batch_size": 50},
            "search": {
                **{"trials": 2, "parallel": 2},
                "sampler": {"name": "tpe", "startup_trials": 2},
            },
            "evaluate": {"top": 1, "seeds": 2, "baselines": [], "ablation": False},
        },
        "arrays.toml",
    )


def table(seed: int = 0) -> Table:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(VALIDATION + TRAIN + TEST, 3)).astype(np.float32)
    labels = (features[:, 0] + 0.3 * rng.normal(size=len(features)) > 0).astype(np.float32)
    return Table.of_numbers(
        features, labels, ("a", "b", "c"), Origin("csv", "500 rows of arrays", simulated=False)
    )


@pytest.fixture(scope="module")
def folder(spec: StudySpec, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study, run through."""
    out = tmp_path_factory.mktemp("arrays") / "run"
    outcome = pipeline.optimize(spec, table(), out=out, workers=2)
    assert outcome.folder == out
    return out


def test_a_study_runs_on_arrays_without_a_command_line(spec: StudySpec, folder: Path) -> None:
    again = pipeline.optimize(spec, table(), out=folder, workers=1)
    assert [trial.state for trial in again.trials] == ["complete"] * 2
    (standing,) = again.standings
    assert len(standing.runs) == 2
    assert again.test is not None
    assert again.test.rows == TEST
    assert len(again.test.openings) == 1
    assert again.data.description == "500 rows of arrays"
    assert again.command == ""
    assert (folder / "report.html").is_file()
    assert (folder / "models" / "best.keras").is_file()


def test_nothing_is_printed(
    spec: StudySpec, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pipeline.optimize(spec, table(), out=folder, workers=1)
    assert capfd.readouterr() == ("", "")


def test_evaluation_alone_adds_the_seeds_that_are_asked_for(
    spec: StudySpec, folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(folder, tmp_path / "run")
    evaluation = spec.evaluate.model_copy(update={"seeds": 3})
    more = spec.model_copy(update={"evaluate": evaluation})
    outcome = pipeline.evaluate(more, table(), out=tmp_path / "run", workers=1, command="mine")
    assert len(outcome.standings[0].runs) == 3
    assert outcome.command == "mine"


@pytest.mark.usefixtures("tensorflow")
def test_the_saved_model_scores_on_raw_rows_what_the_leaderboard_says(
    spec: StudySpec, folder: Path
) -> None:
    import keras

    with read_folder(folder) as held:
        standing = read_outcome(held).standings[0]
    rows = table()
    model = keras.models.load_model(folder / "models" / "single.keras")
    probabilities = model.predict(rows.raw.numbers[:VALIDATION], verbose=0)[:, 0]
    value = binary_crossentropy(rows.labels[:VALIDATION], probabilities)
    assert value == pytest.approx(min(run.value for run in standing.runs), rel=1e-5)


def test_the_winner_is_reproduced_from_its_folder(folder: Path) -> None:
    with read_folder(folder) as held:
        reproduction = pipeline.reproduce(held, choose_best, workers=1)
    assert len(reproduction.repetitions) == 3
    assert reproduction.holds


def test_rows_in_files_give_the_same_study(
    spec: StudySpec, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("mapping", "folds", "room"):
        monkeypatch.setattr(f"hpsearch.data.{place}.LEAST_BYTES", 1)
    monkeypatch.setenv("HPSEARCH_CACHE", str(tmp_path / "cache"))
    outcome = pipeline.optimize(spec, table(), out=tmp_path / "run", workers=1)
    assert len(list((tmp_path / "cache" / "arrays").iterdir())) == 4
    for name in ("rows.parquet", "models/best.keras"):
        assert (tmp_path / "run" / name).read_bytes() == (folder / name).read_bytes()
    with read_folder(folder) as held:
        same = read_outcome(held)
    assert [trial.value for trial in outcome.trials] == [trial.value for trial in same.trials]
    assert outcome.test is not None
    assert same.test is not None
    assert outcome.test.metrics == same.test.metrics
    with read_folder(tmp_path / "run") as held:
        assert pipeline.reproduce(held, choose_best, workers=1).holds
    assert pipeline.optimize(spec, table(), out=tmp_path / "run", workers=2).data == same.data


def test_other_rows_are_refused_and_a_folder_without_rows_says_so(
    spec: StudySpec, folder: Path
) -> None:
    with pytest.raises(HpsearchError, match="rows"):
        pipeline.optimize(spec, table(seed=1), out=folder, workers=1)
    rows = folder / "rows.parquet"
    content = rows.read_bytes()
    rows.unlink()
    try:
        with (
            read_folder(folder) as held,
            pytest.raises(RecordError, match=r"the study's rows, is missing"),
        ):
            pipeline.reproduce(held, choose_best, workers=1)
    finally:
        rows.write_bytes(content)


class Recorded(SilentView):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.snapshots: list[Snapshot] = []

    def tell(self, line: str) -> None:
        self.lines.append(line)

    def search(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)


def test_without_time_the_search_stops_and_a_further_call_goes_on(
    spec: StudySpec, tmp_path: Path
) -> None:
    view = Recorded()
    outcome = pipeline.optimize(
        spec, table(), out=tmp_path, workers=1, view=view, timeout_seconds=0.0
    )
    assert len(view.snapshots) == 1
    assert any(line.startswith("Time limit reached after 0 of 2 trials") for line in view.lines)
    assert any(
        line.startswith("rows: 500 rows of arrays; 300 train, 100 validate") for line in view.lines
    )
    assert outcome.standings == ()
    whole = pipeline.optimize(spec, table(), out=tmp_path, workers=1, view=view)
    assert [trial.state for trial in whole.trials] == ["complete"] * 2
    best = view.snapshots[-1].best
    assert best is not None
    assert best.value == min(trial.value or 9.0 for trial in whole.trials)
