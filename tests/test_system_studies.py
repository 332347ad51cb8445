"""Each study of a teaching system, from its name to a report, in little."""

import json
from pathlib import Path
from typing import Any

from hpsearch import pipeline
from hpsearch.evaluation.outcome import Outcome
from hpsearch.progress import SILENT
from hpsearch.report.report import write_report
from hpsearch.rows import read_rows
from hpsearch.study.finding import find_study
from hpsearch.study.reading import read_study


def run(name: str, folder: Path, *overrides: str) -> tuple[Outcome, dict[str, Any]]:
    """A bundled study with overrides, and what its report says of regularizers."""
    little = ("evaluate.seeds=1", "evaluate.baselines=[]", *overrides)
    spec = read_study(find_study(name), little)
    outcome = pipeline.optimize(spec, read_rows(spec, folder, None, SILENT), out=folder, workers=2)
    write_report(outcome)
    values = json.loads((folder / "report.json").read_text())
    assert (folder / "models" / "best.keras").is_file()
    return outcome, values["regularizers"]


def test_weight_decay_keeps_the_weights_of_a_linear_model_small(tmp_path: Path) -> None:
    outcome, said = run("weight-decay", tmp_path, "training.epochs=20")
    assert (outcome.data.train_rows, outcome.data.test_rows, outcome.data.width) == (20, 100, 200)
    assert {trial.params["l2"] for trial in outcome.trials} == {0.0, 3.0}
    assert all(outcome.recipe(trial).network.widths == () for trial in outcome.trials)
    assert outcome.winner is not None
    assert outcome.winner.trial.params["l2"] == 3.0
    norms = said["layers"]["by_epoch"]["norms"]
    assert norms["winner"][-1] < 0.7 * norms["winner"][0]
    assert norms["l2"][-1] > 0.95 * norms["l2"][0]


def test_l1_l2_and_dropout_are_on_the_layers_that_the_notebook_says(tmp_path: Path) -> None:
    outcome, said = run("regularizers", tmp_path, "training.epochs=60", "training.batch_size=8")
    assert outcome.winner is not None
    recipe = outcome.recipe(outcome.winner.trial)
    assert (recipe.network.widths, len(outcome.data.columns)) == ((4, 4), 4)
    knobs = recipe.knobs
    assert (knobs.l1, knobs.l2, knobs.dropout) == ((0.1, 0.0), (0.0, 0.1), (0.8, 0.5))
    layers = {network["name"]: network["layers"] for network in said["layers"]["networks"]}
    assert list(layers) == ["winner", "l1", "l2", "dropout", "any"]
    first, second = (
        {name: kernels[layer]["norm"] for name, kernels in layers.items()} for layer in (0, 1)
    )
    assert first["winner"] < 0.8 * first["l1"]
    assert second["winner"] < 0.8 * second["l2"]
    assert said["search"] is None


def test_the_guided_projects_checklist_is_answered(tmp_path: Path) -> None:
    outcome, said = run("guided-project", tmp_path, "training.epochs=12", "training.patience=12")
    values = [(trial.params["l2"], trial.params.get("dropout")) for trial in outcome.trials]
    assert set(values) == {(0.0, 0.0), (0.0, 0.5), (0.001, None)}
    answers = {check["question"]: check["answer"] for check in said["checks"]}
    assert answers["Is the penalty applied?"].startswith("L2 is applied in trial")
    assert answers["Is dropout off at prediction?"].startswith("It is off in trial")
    assert "on the test rows" in answers["Which generalizes best?"]
