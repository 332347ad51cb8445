"""The README is run: its commands, its study, its tables."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hpsearch.data.columns import RawRows, number_columns
from hpsearch.data.features.table_preprocessing import TablePreprocessing
from hpsearch.data.target import UNSCALED
from hpsearch.models.recipe import recipe_of
from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.study.reading import check_study
from hpsearch.training.initialization import initial_weights
from tests.test_main_job import SMALL

TEXT = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
CONSOLE = [
    line.partition("#")[0].split()
    for block in re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
]


def run(arguments: list[str], folder: Path) -> str:
    command = [sys.executable, "-m", "hpsearch", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def churn(rows: int) -> str:
    """A table of customers: numbers with gaps, a category, dates, an identifier, a text label."""
    rng = np.random.default_rng(0)
    months, plans = rng.integers(1, 72, rows), rng.choice(["basic", "plus", "pro"], rows)
    churned = rng.random(rows) < 1 / (1 + months / 12)
    frame = pd.DataFrame(
        {
            "Customer": [f"C{number:05d}" for number in rng.permutation(rows)],
            "Since": pd.Timestamp("2020-01-01") + pd.to_timedelta(months, unit="D"),
            "Plan": plans,
            "Fee": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(30, 9, rows).round(2)),
            "Churned": np.where(churned, "Yes", "No"),
        }
    )
    return str(frame.to_csv(index=False, na_rep="NA"))


def test_the_console_commands_run_one_after_another(higgs_file: Path, tmp_path: Path) -> None:
    (tmp_path / "HIGGS.csv.gz").symlink_to(higgs_file.resolve())
    (tmp_path / "churn.csv").write_text(churn(1_400), encoding="utf-8")
    small = [word for key, value in SMALL.items() for word in ("--set", f"{key}={value}")]
    for program, command, *rest in CONSOLE:
        assert program == "hpsearch"
        if command in ("tensorboard", "dashboard"):  # they would serve for ever
            assert "--study" in run([command, "--help"], tmp_path)
        elif command == "optimize":
            higgs = "--study" in rest and "--data" not in rest
            data = ["--data", "HIGGS.csv.gz"] if higgs else []
            run([command, *rest, *data, *small, "--trials", "3", "--quiet"], tmp_path)
        else:
            assert run([command, *rest], tmp_path)
    for name in ("higgs", "churn"):
        assert (tmp_path / "runs" / name / "report.html").is_file()


def test_the_study_of_the_readme_is_valid() -> None:
    (study,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    spec = check_study(tomllib.loads(study), "README.md")
    assert spec.study.name == "mine"


@pytest.mark.usefixtures("tensorflow")
def test_new_rows_are_ordered_by_the_names_in_the_saved_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hpsearch.training.keras.model import predict, save_model

    names = ("a", "b", "c")
    raw = np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32)
    fitted = TablePreprocessing.fit(RawRows.of_numbers(raw), number_columns(names))
    values = {"layers": 1, "units": 4}
    recipe = recipe_of(values, epochs=1, patience=1, decay_epochs=1)
    weights = initial_weights(recipe.network, 3, seed=1)
    save_model(tmp_path / "runs/higgs/models/best.keras", recipe, [(fitted, weights, UNSCALED)])
    shuffled = pd.DataFrame(raw, columns=list(names))[["c", "a", "b"]].assign(other=1)
    shuffled.to_csv(tmp_path / "new.csv", index=False)
    monkeypatch.chdir(tmp_path)
    (snippet,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    variables: dict[str, Any] = {}
    exec(snippet, variables)
    expected = predict(recipe, fitted, weights, RawRows.of_numbers(raw))
    np.testing.assert_allclose(variables["probability"][:, 0], expected, rtol=1e-6)
    shuffled.drop(columns="b").to_csv("new.csv", index=False)
    with pytest.raises(KeyError, match="'b'"):
        exec(snippet, {})


@pytest.mark.parametrize("name", HYPERPARAMETERS)
def test_every_hyperparameter_stands_in_the_table(name: str) -> None:
    assert re.search(rf"^\|.*`{name}`.*\|", TEXT, re.MULTILINE)
