"""``[evaluate]`` after the fact: what a folder says is what a fresh run of its file says."""

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from hpsearch.evaluation.outcome import Outcome
from hpsearch.evaluation.reading import read_outcome
from hpsearch.evaluation.saving import Weighed
from hpsearch.evaluation.steps import Models, Steps
from hpsearch.progress import SILENT
from hpsearch.record.folder import write_folder
from hpsearch.search.loop import search
from hpsearch.study.spec import StudySpec
from tests.attack.doubled import silent
from tests.doubles import PROBLEM, FormulaTrainer, ThreadPool, small_study
from tests.evaluation.test_evaluation import guessing, made_rows
from tests.facts import FACTS

SETTINGS = st.fixed_dictionaries(
    {
        "top": st.integers(1, 3),
        "seeds": st.integers(1, 3),
        "ablation": st.booleans(),
        "baselines": st.lists(
            st.sampled_from(["tiny", "large", "logistic_regression"]), unique=True, max_size=2
        ),
        "baseline_epochs": st.integers(2, 12),
        "export": st.sampled_from(["mean", "single"]),
    }
)


def study(chosen: dict[str, Any]) -> StudySpec:
    return small_study(**{f"evaluate__{key}": value for key, value in chosen.items()})


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study that was searched, not evaluated yet."""
    path = tmp_path_factory.mktemp("searched") / "run"
    spec = study({})
    with write_folder(path, spec, FACTS, silent) as folder:
        for _ in search(
            spec, PROBLEM, folder.record, folder.files, ThreadPool(FormulaTrainer()), silent
        ):
            pass
    return path


def evaluated(path: Path, chosen: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """``hpsearch evaluate`` with these settings: what the folder says then, and the openings."""
    rows, pool = made_rows(), ThreadPool(FormulaTrainer())

    def save(model: Path, shares: Sequence[Weighed], threshold: float | None) -> None:
        lines = [f"{run.name} {run.seed} {array.tolist()}" for run, ((array,),), _ in shares]
        model.write_text(f"{lines} {threshold}")

    with pool, write_folder(path, study(chosen), FACTS, silent) as folder:
        models = Models(guessing(rows), save)
        Steps(folder, rows, PROBLEM, pool, models, SILENT).run(lambda: None)
        outcome = read_outcome(folder)
    return said(outcome), 0 if outcome.test is None else len(outcome.test.openings)


def said(outcome: Outcome) -> dict[str, Any]:
    """All that depends on ``[evaluate]``, but for how often the test rows were opened."""
    models = sorted(outcome.folder.glob("models/*.keras"))
    test = outcome.test
    return {
        "leaderboard": asdict(outcome.leaderboard),
        "baselines": [asdict(baseline) for baseline in outcome.baselines],
        "ablations": [asdict(ablation) for ablation in outcome.ablations],
        "test": None if test is None else {**asdict(test), "openings": ()},
        "models": {model.name: model.read_text() for model in models},
    }


@settings(
    max_examples=12,
    deadline=None,
    phases=[phase for phase in Phase if phase != Phase.shrink],
)
@given(first=SETTINGS, second=SETTINGS)
def test_what_is_changed_and_changed_back_is_as_in_a_fresh_run(
    first: dict[str, Any],
    second: dict[str, Any],
    searched: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    made = tmp_path_factory.mktemp("changed")
    for name in ("changed", "fresh"):
        shutil.copytree(searched, made / name)
    before, openings_before = evaluated(made / "changed", first)
    between, openings_between = evaluated(made / "changed", second)
    back, openings_back = evaluated(made / "changed", first)
    fresh, _ = evaluated(made / "fresh", second)
    assert back == before
    assert between == fresh
    assert openings_before == 1
    assert openings_back == openings_between <= 2
