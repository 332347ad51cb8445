"""The studies of data sets that need a network, from small files of the same format."""

from pathlib import Path

from hpsearch import pipeline
from hpsearch.evaluation.outcome import Outcome
from hpsearch.progress import SILENT
from hpsearch.rows import read_rows
from hpsearch.study.finding import find_study
from hpsearch.study.reading import read_study
from tests.data.sources.test_fashion_mnist import write_files

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
