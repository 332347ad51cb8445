"""hpsearch init, and hpsearch optimize on a table: from the command line to a study."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hpsearch.record.study_file import written_spec
from hpsearch.study.reading import read_study

#: Entries with which little is trained.
SMALL = {
    "training.epochs": 4,
    "space.units.int": "[4, 8]",
    "evaluate.top": 1,
    "evaluate.seeds": 2,
    "evaluate.ablation": "false",
    "evaluate.baselines": "[]",
}


def hpsearch(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hpsearch", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


def test_init_writes_a_study_and_names_the_next_command(tmp_path: Path) -> None:
    done = hpsearch("init", "scikit-learn:digits", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "digits.toml",
        "  rows      1,797",
        "  predicts  'target', multiclass (10 different texts): "
        "'0', '1', '2', '3', '4', '5', '6', '7', '8', '9'",
        "  columns   64 numbers",
        "Next: hpsearch optimize digits.toml",
    ]
    spec = read_study(tmp_path / "digits.toml")
    assert (spec.study.name, spec.data.source, spec.data.name) == (
        "digits",
        "scikit-learn",
        "digits",
    )
    assert "pixel_0_0 = \"number\"  # all its values are '0'" in (
        tmp_path / "digits.toml"
    ).read_text(encoding="utf-8")


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "iris.toml").write_text("mine", encoding="utf-8")
    done = hpsearch("init", "scikit-learn:iris", cwd=tmp_path)
    assert done.returncode == 2
    assert "does not overwrite a study file, and there is iris.toml" in done.stderr
    assert (tmp_path / "iris.toml").read_text(encoding="utf-8") == "mine"


def test_a_study_is_found_by_name_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "studies").mkdir()
    done = hpsearch("init", "scikit-learn:wine", cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "Next: hpsearch optimize wine"
    assert hpsearch("validate", "wine", cwd=tmp_path).returncode == 0
    named = hpsearch("init", "scikit-learn:wine", "--out", "new/my wine.toml", cwd=tmp_path)
    assert named.stdout.splitlines()[-1] == "Next: hpsearch optimize 'new/my wine.toml'"
    assert read_study(tmp_path / "new" / "my wine.toml").study.name == "my-wine"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["init"], "Missing argument 'TABLE'"),
        (["init", "chrun.csv"], "there is no file chrun.csv; did you mean 'churn.csv'"),
        (["optimize", "chrun.csv", "--label", "a"], "there is no file chrun.csv; did you mean"),
        (["optimize", "higgs", "--label", "a"], "there is no file higgs"),
        (["init", "scikit-learn:irs"], "did you mean 'iris'"),
        (["init", "scikit-learn:wine", "--label", "alcohl"], "did you mean 'alcohol'"),
        (["init", "scikit-learn:wine", "--label", "x"], "'proline', 'target'"),
        (["init", "scikit-learn:wine", "--out", "wine"], "must name a study file"),
        (["optimize", "scikit-learn:wine", "--data", "churn.csv"], "a table is named once"),
        (["optimize", "scikit-learn:wine", "--set", "search.trails=3"], "did you mean 'trials'"),
        (["optimize", "openml:iris"], "named by its number"),
    ],
)
def test_a_wrong_command_exits_2_and_leaves_nothing(
    arguments: list[str], words: str, tmp_path: Path
) -> None:
    (tmp_path / "churn.csv").write_text("a,y\n1,0\n", encoding="utf-8")
    done = hpsearch(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["churn.csv"]


def test_a_table_is_searched_without_a_study_file_and_goes_on(tmp_path: Path) -> None:
    small = [word for key, value in SMALL.items() for word in ("--set", f"{key}={value}")]
    command = ("optimize", "scikit-learn:breast_cancer", *small, "--workers", "1", "--quiet")
    done = hpsearch(*command, "--trials", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    run = tmp_path / "runs" / "breast_cancer"
    assert (run / "report.html").is_file()
    again = hpsearch(*command, "--trials", "3", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    trials = hpsearch("trials", "breast_cancer", "--format", "csv", cwd=tmp_path).stdout
    assert len(trials.splitlines()) == 4
    assert hpsearch("init", "scikit-learn:breast_cancer", cwd=tmp_path).returncode == 0
    sets = [*(f"{key}={value}" for key, value in SMALL.items()), "search.trials=3"]
    same = read_study(tmp_path / "breast_cancer.toml", sets)
    recorded = written_spec(run)
    assert recorded is not None
    assert recorded.as_toml() == same.as_toml()


CHURN = "Customer;Since;Plan;Fee;Churned\n" + "".join(
    f"C{row:03d};2024-01-{1 + row % 28:02d};{('basic', 'pro')[row % 2]};"
    f"{'NA' if row % 9 == 0 else f'{row},5'};{('No', 'Yes')[row % 3 == 0]}\n"
    for row in range(60)
)


def test_a_file_is_looked_at_and_read_as_it_was_found(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "studies").mkdir()
    (tmp_path / "data" / "churn.csv").write_text(CHURN, encoding="utf-8")
    done = hpsearch("init", "data/churn.csv", "--label", "Churned", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "studies/churn.toml",
        "  rows      60",
        "  predicts  'Churned', binary (two different values): 'No', 'Yes'",
        "  columns   1 date, 1 category, 1 number",
        "  left out  'Customer': each row has a text of its own",
        "Next: hpsearch optimize churn",
    ]
    data = tomllib.loads((tmp_path / "studies" / "churn.toml").read_text("utf-8"))["data"]
    assert data["path"] == "../data/churn.csv"
    assert (data["delimiter"], data["decimal"], data["missing"]) == (";", ",", ["NA"])
    assert data["columns"] == {
        "Since": "date",
        "Plan": "category",
        "Fee": "number",
        "Customer": "identifier",
    }
    wrong = hpsearch("optimize", "data/churn.csv", "--label", "churned", cwd=tmp_path)
    assert wrong.returncode == 2
    assert (
        "'churned'; did you mean 'Churned'?; its columns are "
        "'Customer', 'Since', 'Plan', 'Fee', 'Churned'"
    ) in wrong.stderr
    none = hpsearch("init", "data/churn.csv", "--out", "other.toml", cwd=tmp_path)
    assert none.returncode == 2
    assert "--label must name the column to predict" in none.stderr
