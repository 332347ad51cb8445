"""Studies that search how numbers are encoded, from rows to a saved model, by both engines."""

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from hpsearch import pipeline
from hpsearch.data.columns import MISSING, Column, RawRows
from hpsearch.data.table import Origin, Table
from hpsearch.evaluation.reproduce import choose_best
from hpsearch.models.recipe import Engine
from hpsearch.record.folder import read_folder
from hpsearch.study.reading import check_study
from hpsearch.study.spec import StudySpec
from hpsearch.tasks.binary import BINARY

VALIDATION, TRAIN, TEST = 100, 300, 80

COLUMNS = (
    *(Column("wave", "number"), Column("town", "category")),
    *(Column("line", "number"), Column("member", "boolean")),
)

ENCODED = {"number_encoding": ["quantile_bins", "tree_bins"]}

SPACE: dict[str, Any] = {
    "units": {"int": [6, 9]},
    "layers": 1,
    "learning_rate": 0.03,
    "number_encoding": {"choice": ["none", "quantile_bins", "tree_bins"]},
    "bins": {"choice": [4, 12], "when": ENCODED},
    "scaling": {"choice": ["standard", "quantile"]},
}


def rows() -> Table:
    """A target that is a step of a column, so that bins tell it and a straight line does not."""
    rng = np.random.default_rng(8)
    count = VALIDATION + TRAIN + TEST
    numbers = np.column_stack(
        [rng.normal(size=count), rng.normal(size=count), rng.random(count) < 0.3]
    )
    labels = (np.abs(numbers[:, 0]) > 0.7) ^ (rng.random(count) < 0.05)
    numbers[rng.random(count) < 0.1, 1] = np.nan
    codes = rng.integers(MISSING, 2, (count, 1)).astype(np.int32)
    raw = RawRows(numbers, codes, (("Rome", "Oslo"),))
    origin = Origin("csv", "480 rows of arrays", simulated=False)
    return Table(raw, labels.astype(np.float32), COLUMNS, origin, ("near", "far"))


def study(engine: Engine, folds: int) -> StudySpec:
    parts = {"folds": folds} if folds > 1 else {"validation": VALIDATION, "train": TRAIN}
    return check_study(
        {
            "study": {"name": "encoded", "seed": 3},
            "data": {"source": "csv", "path": "no.csv", "shuffle": False, "test": TEST, **parts},
            "space": SPACE,
            "training": {"epochs": 8, "batch_size": 20, "engine": engine},
            "search": {
                **{"trials": 8, "parallel": 2, "warmup_epochs": 2},
                "sampler": {"name": "tpe", "startup_trials": 8},
            },
            "evaluate": {
                **{"top": 1, "seeds": 2, "baseline_epochs": 8},
                "baselines": ["tiny", "logistic_regression"],
            },
        },
        "made.toml",
    )


@pytest.mark.usefixtures("tensorflow")
@pytest.mark.parametrize(
    ("engine", "folds"), [("compiled", 2), *((e, 1) for e in get_args(Engine))]
)
def test_how_numbers_are_encoded_is_searched(engine: Engine, folds: int, tmp_path: Path) -> None:
    """Each trial has its own width; the best is saved with its bins, and trained without them."""
    import keras

    table = rows()
    outcome = pipeline.optimize(study(engine, folds), table, out=tmp_path, workers=2)
    assert {trial.params["number_encoding"] for trial in outcome.trials} == {
        "none",
        *ENCODED["number_encoding"],
    }
    assert set(outcome.data.encoded_widths) == {
        f"{encoding} {bins}" for encoding in ENCODED["number_encoding"] for bins in (4, 12)
    }
    assert min(outcome.data.encoded_widths.values()) > outcome.data.width == 7
    assert outcome.winner is not None
    assert outcome.winner.trial.params["number_encoding"] != "none"
    ablated = {trained.run.variant for trained in outcome.ablations}
    assert ablated == {"number_encoding"}
    model = keras.models.load_model(tmp_path / "models" / "best.keras")
    tested = table.raw[-TEST:]
    given = {
        "numbers": tested.numbers,
        "texts": keras.ops.convert_to_tensor(tested.texts(), dtype="string"),
    }
    predictions = np.asarray(model.predict_on_batch(given), np.float64)[:, 0]
    assert outcome.test is not None
    for metric in BINARY.test_metrics:
        value = metric.reference(table.labels[-TEST:], predictions)
        assert outcome.test.metrics[metric.name].value == pytest.approx(value, rel=1e-6)
    with read_folder(tmp_path) as folder:
        assert pipeline.reproduce(folder, choose_best, workers=1).holds
