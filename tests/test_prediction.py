"""``hpsearch predict``: a study's saved model on the rows of a file."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray

from hpsearch import pipeline
from hpsearch.data.columns import Column, RawRows
from hpsearch.data.kept import keep_rows
from hpsearch.data.table import Origin, Table
from hpsearch.errors import DataError, RecordError, UsageError
from hpsearch.prediction import predict_file
from hpsearch.record.folder import read_folder
from hpsearch.study.reading import check_study
from hpsearch.tasks.registry import TASKS

VALIDATION, TRAIN, TEST = 60, 200, 80
ROWS = VALIDATION + TRAIN + TEST
COLUMNS = (
    Column("time", "number"),
    Column("city", "category"),
    Column("size", "number"),
    Column("member", "boolean"),
    Column("moment", "date"),
)
CITIES = ("Paris", "São Paulo", "Ulm", "Bonn")
CLASSES = {"binary": ("no", "yes"), "multiclass": ("a", "b", "c"), "regression": ()}


def table(task: str) -> Table:
    """Rows with gaps and texts, one of which is infrequent; the label depends on them all."""
    rng = np.random.default_rng(5)
    time = 1.7e9 + rng.integers(-600, 600, ROWS)
    city = rng.choice(4, ROWS, p=[0.5, 0.3, 0.19, 0.01]).astype(np.int32)
    size, member = rng.lognormal(size=ROWS), (rng.random(ROWS) < 0.3).astype(float)
    moment = rng.integers(17_000 * 86_400, 18_000 * 86_400, ROWS) / 86_400
    level = (time - 1.7e9) / 300 + (city == 1) - member + np.log(size)
    size[::7], member[::11], city[::13] = np.nan, np.nan, -1
    raw = RawRows(np.column_stack([time, size, member, moment]), city[:, np.newaxis], (CITIES,))
    labels: NDArray[np.floating[Any]]
    match task:
        case "binary":
            labels = (level > 0).astype(np.float32)
        case "multiclass":
            labels = np.digitize(level, [-1, 1]).astype(np.float32)
        case _:
            labels = 1e4 + 300 * level
    origin = Origin("csv", "made rows", simulated=False)
    return Table(raw, labels, COLUMNS, origin, CLASSES[task])


def write_rows(path: Path, rows: RawRows, **changed: dict[int, str]) -> Path:
    """Rows as people write them, columns in another order, and one more."""
    begin = datetime(1970, 1, 1, tzinfo=UTC)
    time, size, member, moment = rows.numbers.T
    columns = {
        "moment": [(begin + timedelta(days=day)).isoformat() for day in moment],
        "member": ["" if np.isnan(value) else str(value == 1) for value in member],
        "row": [str(row) for row in range(len(rows))],
        "size": ["" if np.isnan(value) else repr(float(value)) for value in size],
        "city": [*rows.texts()[:, 0]],
        "time": [f"{value:.0f}" for value in time],
    }
    for name, cells in changed.items():
        for row, text in cells.items():
            columns[name][row] = text
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def run_study(task: str, out: Path) -> Path:
    study = {
        "study": {"name": "made", "seed": 3},
        "data": {
            **{"source": "csv", "path": "nowhere.csv", "task": task, "shuffle": False},
            **{"validation": VALIDATION, "train": TRAIN, "test": TEST},
        },
        "space": {"units": {"int": [8, 16]}, "learning_rate": 0.01},
        "network": {"layers": 1},
        "training": {"epochs": 3, "batch_size": 20},
        "search": {"trials": 1, "parallel": 1},
        "evaluate": {"top": 1, "seeds": 1, "baselines": [], "ablation": False},
    }
    pipeline.optimize(check_study(study, "made.toml"), table(task), out=out, workers=1)
    return out


@pytest.fixture(scope="module")
def study_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A study of a task, run through once."""
    return cache(lambda task: run_study(task, tmp_path_factory.mktemp("made") / "run"))


@pytest.fixture(params=sorted(CLASSES))
def study(request: pytest.FixtureRequest, study_of: Callable[[str], Path]) -> Path:
    """A study of each task."""
    return study_of(request.param)


@pytest.fixture
def binary(study_of: Callable[[str], Path]) -> Path:
    """A study of two classes."""
    return study_of("binary")


def predicted(study: Path, data: Path, output: Path) -> tuple[list[dict[str, str]], list[str]]:
    """What the output holds, and what was told."""
    told: list[str] = []
    with read_folder(study) as folder:
        rows = predict_file(folder, data, output, told.append)
    with output.open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    assert len(records) == rows
    return records, told


def test_the_test_rows_have_the_metrics_of_the_report(study: Path, tmp_path: Path) -> None:
    with read_folder(study) as folder:
        task = folder.spec.task
    made = table(task.name)
    test = slice(VALIDATION + TRAIN, None)
    data = write_rows(tmp_path / "new.csv", made.raw[test])
    records, told = predicted(study, data, tmp_path / "out.csv")
    assert told == ["new.csv: the model does not take 'row'; it is ignored"]
    names = [name for name in records[0] if name.startswith("probability")] or ["prediction"]
    values = np.array([[float(record[name]) for name in names] for record in records])
    predictions = values[:, 0] if len(names) == 1 else values
    report = json.loads((study / "report.json").read_text(encoding="utf-8"))
    labels = made.labels[test].astype(np.float64)
    for metric in TASKS[task.name].test_metrics:
        if not metric.name.startswith("mean_squared"):  # the report's unit may be another
            value = metric.reference(labels, predictions)
            assert value == pytest.approx(report["test"][metric.name], rel=1e-6), metric.name
    if len(names) > 1:
        called = [record["prediction"] for record in records]
        assert called == [CLASSES[task.name][place] for place in values.argmax(axis=1)]


def test_kept_rows_are_predicted_as_those_that_they_came_from(study: Path, tmp_path: Path) -> None:
    kept, told = predicted(study, study / "rows.parquet", tmp_path / "kept.csv")
    assert told == []
    with read_folder(study) as folder:
        task = folder.spec.task.name
    written = write_rows(tmp_path / "new.csv", table(task).raw)
    again, _ = predicted(study, written, tmp_path / "again.csv")
    for record, other in zip(kept, again, strict=True):
        for name, text in record.items():
            assert text == other[name] or float(text) == pytest.approx(float(other[name]), rel=1e-6)


def test_kept_rows_of_another_study_lack_columns(study: Path, tmp_path: Path) -> None:
    made = table("binary")
    fewer = Table(made.raw, made.labels, (Column("day", "number"), *COLUMNS[1:]), made.origin, ())
    keep_rows(tmp_path / "rows.parquet", fewer)
    with pytest.raises(DataError, match="'time': must be there, as the model takes it"):
        predicted(study, tmp_path / "rows.parquet", tmp_path / "out.csv")
    other = Table(made.raw, made.labels, (Column("time", "date"), *COLUMNS[1:]), made.origin, ())
    keep_rows(tmp_path / "rows.parquet", other)
    with pytest.raises(DataError, match=r"'time': must hold number values.*got date values"):
        predicted(study, tmp_path / "rows.parquet", tmp_path / "out.csv")


def test_unknown_texts_are_told_with_their_counts(binary: Path, tmp_path: Path) -> None:
    changed = {0: "Rome", 1: "Oslo", 2: "Rome"}
    data = write_rows(tmp_path / "new.csv", table("binary").raw[:20], city=changed)
    _, (ignored, unknown) = predicted(binary, data, tmp_path / "out.csv")
    assert "'row'" in ignored
    assert unknown == (
        "new.csv: 3 rows have texts in 'city' that no train row had: 'Rome' (2), 'Oslo' (1); "
        "the model takes them as infrequent ones"
    )


def test_rows_are_called_by_the_threshold_of_the_report(binary: Path, tmp_path: Path) -> None:
    data = write_rows(tmp_path / "new.csv", table("binary").raw)
    records, _ = predicted(binary, data, tmp_path / "out.csv")
    report = json.loads((binary / "report.json").read_text(encoding="utf-8"))
    threshold = report["usability"]["decisions"]["threshold"]
    called = ["yes" if float(row["probability"]) >= threshold else "no" for row in records]
    assert [row["prediction"] for row in records] == called
    assert len(set(called)) == 2


def test_the_output_never_takes_the_place_of_the_input(binary: Path, tmp_path: Path) -> None:
    data = write_rows(tmp_path / "new.csv", table("binary").raw[:9])
    (tmp_path / "link.csv").hardlink_to(data)
    with pytest.raises(UsageError, match="--output must be another file than --data"):
        predicted(binary, data, tmp_path / "link.csv")
    with pytest.raises(UsageError, match="--output must be a file, got the folder"):
        predicted(binary, data, tmp_path)


def test_a_model_that_is_not_the_studys_own_is_refused(binary: Path, tmp_path: Path) -> None:
    model = binary / "models" / "best.keras"
    kept = model.read_bytes()
    data = write_rows(tmp_path / "new.csv", table("binary").raw[:9])
    try:
        model.write_bytes(kept + b"\0")
        with pytest.raises(RecordError, match="must be the model that the study saved"):
            predicted(binary, data, tmp_path / "out.csv")
    finally:
        model.write_bytes(kept)


def test_the_card_says_how_the_model_is_called(
    binary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lines for plain Keras give what ``hpsearch predict`` gives."""
    import shutil

    card = (binary / "models" / "best.md").read_text(encoding="utf-8")
    data = write_rows(tmp_path / "new.csv", table("binary").raw[:30])
    records, _ = predicted(binary, data, tmp_path / "out.csv")
    shutil.copy(binary / "models" / "best.keras", tmp_path)
    monkeypatch.chdir(tmp_path)
    snippet = card.partition("```python\n")[2].partition("```")[0]
    variables: dict[str, Any] = {}
    exec(snippet.replace("pd.Timestamp(", "pd.Timestamp(tz='UTC', ts_input="), variables)
    probabilities = [float(record["probability"]) for record in records]
    np.testing.assert_allclose(variables["predictions"][:, 0], probabilities, rtol=1e-6)


def test_parquet_holds_what_csv_holds(study: Path, tmp_path: Path) -> None:
    with read_folder(study) as folder:
        task = folder.spec.task.name
    data = write_rows(tmp_path / "new.csv", table(task).raw)
    records, _ = predicted(study, data, tmp_path / "out.csv")
    with read_folder(study) as folder:
        assert predict_file(folder, data, tmp_path / "out.parquet", print) == ROWS
    with duckdb.connect() as connection:
        frame = connection.execute(f"FROM read_parquet('{tmp_path / 'out.parquet'}')").df()
    assert list(frame.columns) == list(records[0])
    for name in frame.columns:
        written = [record[name] for record in records]
        if frame[name].dtype == np.float64:
            assert frame[name].tolist() == [float(text) for text in written]
        else:
            assert (name, frame[name].tolist()) == ("prediction", written)


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_a_fault_leaves_the_old_output(binary: Path, tmp_path: Path, name: str) -> None:
    output = tmp_path / name
    output.write_text("old")
    data = write_rows(tmp_path / "new.csv", table("binary").raw[:9], size={4: "big"})
    with pytest.raises(Exception, match="line 6: 'size' must be a finite number, got 'big'"):
        predicted(binary, data, output)
    assert output.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.csv", name]
