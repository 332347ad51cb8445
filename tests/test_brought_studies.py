"""Bundled studies whose rows are fetched or brought, in little and on rows like theirs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.penguins import made_penguins
from hpsearch import pipeline
from hpsearch.errors import DownloadError, UsageError
from hpsearch.evaluation.outcome import Outcome
from hpsearch.progress import SILENT
from hpsearch.rows import read_rows
from hpsearch.study.finding import find_study
from hpsearch.study.reading import read_study
from tests.data.sources.openml_service import openml

LITTLE = (
    *("evaluate.seeds=1", "evaluate.top=1", "evaluate.ablation=false", "evaluate.baselines=[]"),
    *("training.batch_size=8", "training.epochs=40"),
)


def run(name: str, folder: Path, data: Path | None = None, *overrides: str) -> Outcome:
    """A bundled study with overrides, from its rows to its report."""
    spec = read_study(find_study(name), (*LITTLE, *overrides))
    return pipeline.optimize(spec, read_rows(spec, folder, data, SILENT), out=folder, workers=2)


def value(outcome: Outcome, metric: str) -> float:
    assert outcome.test is not None
    return outcome.test.metrics[metric].value


def cars(seed: int = 0) -> list[tuple[str, ...]]:
    """160 cars like the table's: heavier ones get less far; some powers are not known."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, ...]] = []
    for _ in range(160):
        cylinders = int(rng.choice([4, 6, 8]))
        weight = 1_000 + 350 * cylinders + rng.normal(0, 150)
        power = "?" if rng.random() < 0.02 else f"{weight / 30:.0f}"
        mpg = 55 - weight / 110 + rng.normal(0, 1)
        year, origin = int(rng.integers(70, 83)), int(rng.integers(1, 4))
        numbers = (f"{40 * cylinders}", power, f"{weight:.0f}", f"{rng.normal(15, 2):.1f}")
        rows.append((str(cylinders), *numbers, str(year), str(origin), f"{mpg:.1f}"))
    return rows


def as_arff(rows: list[tuple[str, ...]]) -> str:
    columns = (
        "cylinders {4,6,8}",
        *(f"{name} numeric" for name in ("displacement", "horsepower", "weight", "acceleration")),
        *("model numeric", "origin {1,2,3}", "class numeric"),
    )
    head = "".join(f"@attribute {column}\n" for column in columns)
    return f"@relation cars\n{head}@data\n" + "".join(f"{','.join(row)}\n" for row in rows)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HPSEARCH_CACHE", str(tmp_path / "cache"))


def test_cars_are_fetched_from_openml_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with openml(monkeypatch, 196, "autoMpg", as_arff(cars()), "class") as asked:
        outcome = run("auto-mpg", tmp_path / "first")
        fetched = len(asked)
        spec = read_study(find_study("auto-mpg"))
        again = read_rows(spec, tmp_path / "second", None, SILENT)
    assert asked[0] == "/api/v1/json/data/196"
    assert len(asked) == fetched  # the second time the rows were kept
    assert again.fingerprint() == outcome.data.fingerprint
    assert outcome.data.description == "the 160 rows of OpenML's autoMpg (version 1), number 196"
    assert len(outcome.data.columns) == 7
    assert outcome.recipe(outcome.trials[0]).network.widths == (64, 64)
    assert value(outcome, "r2") > 0.5


def test_without_a_network_the_cars_may_be_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from urllib.error import URLError

    from sklearn import datasets

    def offline(**asked: Any) -> None:
        raise URLError("no network")

    monkeypatch.setattr(datasets, "fetch_openml", offline)
    with pytest.raises(DownloadError, match="or save the table as a file"):
        run("auto-mpg", tmp_path / "openml")
    file = tmp_path / "auto-mpg.csv"
    names = "cylinders,displacement,horsepower,weight,acceleration,model,origin,mpg\n"
    file.write_text(names + "".join(f"{','.join(row)}\n" for row in cars()))
    asked = ("data.source=file", "data.label=mpg", "training.epochs=3")
    outcome = run("auto-mpg", tmp_path / "file", file, *asked)
    assert outcome.data.description == "all 160 rows of auto-mpg.csv"
    assert [column.name for column in outcome.data.columns][-1] == "origin"


def test_penguins_are_a_file_that_one_brings(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="reads a file of rows, and none is named"):
        run("penguins", tmp_path / "none")
    file = tmp_path / "penguins.csv"
    file.write_text(made_penguins(seed=0))
    outcome = run("penguins", tmp_path / "penguins", file, "search.trials=3")
    assert outcome.data.classes == ("Adelie", "Chinstrap", "Gentoo")
    assert value(outcome, "accuracy") > 0.8
