"""The README is run: its commands, its study, its tables."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hpsearch.space.hyperparameter import HYPERPARAMETERS
from hpsearch.study.reading import check_study
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


def test_the_console_commands_run_one_after_another(higgs_file: Path, tmp_path: Path) -> None:
    (tmp_path / "HIGGS.csv.gz").symlink_to(higgs_file.resolve())
    small = [word for key, value in SMALL.items() for word in ("--set", f"{key}={value}")]
    for program, command, *rest in CONSOLE:
        assert program == "hpsearch"
        if command in ("tensorboard", "dashboard"):  # they would serve for ever
            assert "--study" in run([command, "--help"], tmp_path)
        elif command == "optimize":
            data = [] if "--data" in rest else ["--data", "HIGGS.csv.gz"]
            run([command, *rest, *data, *small, "--trials", "3", "--quiet"], tmp_path)
        else:
            assert run([command, *rest], tmp_path)
    assert (tmp_path / "runs" / "higgs" / "report.html").is_file()


def test_the_study_of_the_readme_is_valid() -> None:
    (study,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    spec = check_study(tomllib.loads(study), "README.md")
    assert spec.study.name == "mine"


@pytest.mark.parametrize("name", HYPERPARAMETERS)
def test_every_hyperparameter_stands_in_the_table(name: str) -> None:
    assert re.search(rf"^\|.*`{name}`.*\|", TEXT, re.MULTILINE)
