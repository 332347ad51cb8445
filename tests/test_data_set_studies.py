"""The studies of data sets that need a network, from small files of the same format."""

import csv
from pathlib import Path

import numpy as np
import pytest

from hpsearch import pipeline
from hpsearch.evaluation.outcome import Outcome
from hpsearch.prediction import predict_file
from hpsearch.progress import SILENT
from hpsearch.record.folder import read_folder
from hpsearch.rows import read_rows
from hpsearch.study.finding import find_study
from hpsearch.study.reading import read_study
from hpsearch.tasks.binary import binary_crossentropy
from tests.data.sources.test_fashion_mnist import write_files
from tests.data.sources.test_imdb import reviews, write_archive

LITTLE = (
    *("search.trials=3", "search.warmup=0", "training.batch_size=30", "evaluate.top=1"),
    *("evaluate.seeds=1", "evaluate.ablation=false"),
)


def run(name: str, data: Path, out: Path, *overrides: str) -> Outcome:
    spec = read_study(find_study(name), (*LITTLE, *overrides))
    table = read_rows(spec, out, data, SILENT)
    return pipeline.optimize(spec, table, out=out, workers=1)


def test_fashion_mnist_runs_from_its_name(tmp_path: Path) -> None:
    files = write_files(tmp_path / "files")
    outcome = run("fashion-mnist", files, tmp_path / "run", "data.validation=60")
    facts = outcome.data
    assert (facts.train_rows, facts.validation_rows, facts.test_rows) == (240, 60, 100)
    assert (facts.width, len(facts.classes)) == (36, 10)
    assert outcome.test is not None
    assert outcome.test.metrics["accuracy"].value > 0.5
    assert (tmp_path / "run" / "models" / "best.keras").is_file()


def test_imdb_runs_from_its_name_and_predicts_new_reviews_as_the_report_says(
    tmp_path: Path,
) -> None:
    out = tmp_path / "run"
    outcome = run("imdb", write_archive(tmp_path / "reviews.tar.gz"), out, "data.validation=100")
    facts = outcome.data
    assert (facts.train_rows, facts.validation_rows, facts.test_rows) == (200, 100, 100)
    assert facts.names == ("review",)
    assert outcome.test is not None
    measured = outcome.test.metrics
    assert measured["accuracy"].value > 0.8

    card = (out / "models" / "best.md").read_text()
    assert "Words that are not among the most frequent ones" in card
    assert "infrequent" not in card

    tests = {name: text for name, text in reviews().items() if "/test/" in name}
    with (tmp_path / "new.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([["stars", "review"], *([5, text] for text in tests.values())])
    told: list[str] = []
    with read_folder(out) as folder:
        rows = predict_file(folder, tmp_path / "new.csv", tmp_path / "out.csv", told.append)
    assert rows == len(tests)
    assert told == ["new.csv: the model does not take 'stars'; it is ignored"]
    with (tmp_path / "out.csv").open(newline="") as file:
        predicted = [float(row["probability"]) for row in csv.DictReader(file)]
    labels = np.array(["/pos/" in name for name in tests], np.float32)
    loss = binary_crossentropy(labels, np.array(predicted))
    assert loss == pytest.approx(measured["binary_crossentropy"].value, rel=1e-5)
