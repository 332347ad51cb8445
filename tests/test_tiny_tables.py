"""Tables of few rows, and of many more columns than rows, give a result or a sentence."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from hpsearch import pipeline
from hpsearch.draft.looking import draft_of
from hpsearch.draft.table_name import table_name
from hpsearch.errors import HpsearchError
from hpsearch.progress import SILENT
from hpsearch.rows import read_rows, split_rows
from hpsearch.study.spec import StudySpec

#: One small network, trained for a moment.
SMALL = (
    "search.trials=2",
    "space.layers.int=[1, 2]",
    "space.units.int=[4, 5]",
    "training.epochs=3",
    "evaluate.top=1",
    "evaluate.seeds=2",
    "evaluate.ablation=false",
)


def drafted(
    folder: Path, rows: int, columns: int, labels: Sequence[Any], settings: Sequence[str] = ()
) -> StudySpec:
    """The study that ``init`` drafts of a file of noise with these labels."""
    rng = np.random.default_rng(0)
    noise: NDArray[np.float64] = rng.normal(size=(rows, columns)).round(4)
    frame = pd.DataFrame(noise, columns=[f"x{column}" for column in range(columns)])
    frame.assign(y=list(labels)).to_csv(folder / "tiny.csv", index=False)
    name = table_name(str(folder / "tiny.csv"))
    return draft_of(name, name="tiny", label="y", tell=print).spec(settings)


def report_of(spec: StudySpec, folder: Path) -> Mapping[str, Any]:
    """Run the study, and read what its report says."""
    out = folder / "run"
    pipeline.optimize(spec, read_rows(spec, out, None, SILENT), out=out, workers=1)
    report: Mapping[str, Any] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return report


@pytest.mark.usefixtures("tensorflow")
@pytest.mark.parametrize(
    ("rows", "columns", "labels", "baselines"),
    [
        pytest.param(
            20, 200, [0.5 + row**1.5 for row in range(20)], 2, id="20 numbers, 200 columns"
        ),
        pytest.param(12, 3, ["no", "yes"] * 5 + ["yes"] * 2, 2, id="12 rows"),
        pytest.param(30, 4, ["a", "b", "c"] * 10, 2, id="30 rows of 3 classes"),
        pytest.param(40, 6, [1, 0, 0, 0, 0, 0, 0, 0] * 5, 2, id="5 positives in 40 rows"),
        pytest.param(72, 6_000, ["ALL", "AML"] * 36, 1, id="72 rows, 6,000 columns"),
    ],
)
def test_a_tiny_table_gives_a_report_that_does_not_promise(
    rows: int, columns: int, labels: Sequence[Any], baselines: int, tmp_path: Path
) -> None:
    """Of noise nothing can be better than another; nothing infinite or nothing is reported."""
    linear = "ridge_regression" if isinstance(labels[0], float) else "logistic_regression"
    models = [linear, "gradient_boosting"][:baselines]
    entry = f"evaluate.baselines={json.dumps(models)}"
    report = report_of(drafted(tmp_path, rows, columns, labels, [*SMALL, entry]), tmp_path)
    test = report["test"]
    assert 2 <= test["rows"] <= 15
    for interval in test["intervals"].values():
        assert interval["low"] < interval["high"]
    assert {row["name"] for row in report["baselines"]["baselines"]} == set(models)
    told = {notice["kind"] for notice in report["rows"]["notices"]}
    assert told & {"few_test_rows", "rare_classes", "scarce_classes"}
    text = (tmp_path / "run" / "report.md").read_text(encoding="utf-8")
    for nonsense in ("nan", "inf", "can be taken as they are"):
        assert nonsense not in text.split("## How is it repeated?")[0].lower().split()


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (["a", "b", "a", "b"], "two classes must have at least 3 rows each"),
        ([1, *([0] * 39)], "two classes must have at least 3 rows each"),
        ([0.5, 0.7, 0.9], "must have at least 6 rows, .*, got 3 .*; give more rows"),
        ([0.5, 0.7, 0.9, 1.0, 1.2], "must have at least 6 rows"),
        ([0.5], "a label must have at least 2 different values"),
    ],
)
def test_what_is_too_small_is_refused_with_a_way_out(
    labels: Sequence[Any], words: str, tmp_path: Path
) -> None:
    def split() -> None:
        spec = drafted(tmp_path, len(labels), 2, labels)
        split_rows(read_rows(spec, tmp_path / "run", None, SILENT), spec)

    with pytest.raises(HpsearchError, match=words):
        split()
