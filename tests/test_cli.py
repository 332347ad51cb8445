"""The command line by itself: exit codes, messages, and that nothing is left behind."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hpsearch.record.folder import write_folder
from hpsearch.study.reading import check_study
from tests.doubles import small_study
from tests.facts import FACTS


def hpsearch(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hpsearch", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["optimise"], "No such command 'optimise'"),
        (["optimize"], "name the study"),
        (["optimize", "--study", "higs"], "did you mean 'higgs'"),
        (["optimize", "--study", "higgs", "--trials", "0"], "--trials"),
        (["optimize", "--study", "higgs", "--timeout", "soon"], "like 90s, 10m or 2h"),
        (["optimize", "--study", "higgs", "--set", "search.trials"], "must look like"),
        (["optimize", "--study", "higgs", "--workers", "0"], "--workers"),
        (["validate", "no.toml"], "there is no file no.toml"),
        (["trials"], "name the study: its name"),
        (["trials", "--out", ".", "--format", "yaml"], "--format must be json, csv or table"),
    ],
)
def test_a_wrong_command_exits_2_with_a_word_on_it(
    arguments: list[str], words: str, tmp_path: Path
) -> None:
    done = hpsearch(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["trials", "status", "report", "evaluate", "tensorboard"])
def test_a_folder_without_a_study_exits_1(command: str, tmp_path: Path) -> None:
    done = hpsearch(command, "--out", "nowhere", cwd=tmp_path)
    assert done.returncode == 1
    assert "must be a study's folder" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_bad_rows_exit_1_and_leave_no_folder(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("1,0.5\n0,oops\n")
    study = tmp_path / "mine.toml"
    study.write_text(
        '[study]\nname = "mine"\n[data]\nsource = "csv"\npath = "rows.csv"\n'
        "validation = 2\ntrain = 2\ntest = 2\n[space]\nunits = { int = [2, 4] }\n"
    )
    done = hpsearch("optimize", "--study", "mine.toml", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "rows.csv" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.toml", "rows.csv"]


def test_all_mistakes_of_a_file_are_printed(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[study]\nname = "A"\n[space]\nunits = { int = [9, 4] }\n')
    done = hpsearch("validate", "mine.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == "hpsearch: mine.toml has 2 mistakes"
    assert "study.name" in done.stderr
    assert "space.units.int" in done.stderr


def test_studies_are_found_from_anywhere_and_ones_own_come_first(tmp_path: Path) -> None:
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "mine.toml").write_text(
        '[study]\nname = "mine"\ndescription = "one of my own"\n[space]\nunits = { int = [2, 4] }\n'
    )
    listed = hpsearch("studies", cwd=tmp_path).stdout
    assert "higgs" in listed
    assert "one of my own" in listed
    said = hpsearch("validate", "mine", "--set", "search.trials=7", cwd=tmp_path).stdout
    assert "7 trials" in said


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    done = hpsearch("--debug", "validate", "no.toml", cwd=tmp_path)
    assert "Traceback" in done.stderr


def test_version(tmp_path: Path) -> None:
    from hpsearch import __version__

    assert hpsearch("--version", cwd=tmp_path).stdout.strip() == f"hpsearch {__version__}"


def begun(tmp_path: Path, name: str = "mine") -> None:
    """A run of a study whose file is not found by name."""
    tables = tomllib.loads(small_study().as_toml())
    spec = check_study({**tables, "study": {"name": name, "description": "a run"}}, name)
    with write_folder(tmp_path / "runs" / name, spec, FACTS, tell=print):
        pass


def test_a_run_is_found_by_its_name_its_folder_and_its_study(tmp_path: Path) -> None:
    begun(tmp_path)
    for named in (["mine"], ["--study", "mine"], ["runs/mine"], ["--out", "runs/mine"]):
        for command in ("status", "trials", "check"):
            done = hpsearch(command, *named, cwd=tmp_path)
            assert "Traceback" not in done.stderr
            assert done.returncode == (1 if command == "check" else 0), done.stderr
    said = hpsearch("validate", "mine", "--set", "search.trials=7", cwd=tmp_path)
    assert "7 trials" in said.stdout, said.stderr
    assert "run in runs/mine" in hpsearch("studies", cwd=tmp_path).stdout


def test_a_name_that_nothing_has_is_met_with_the_nearest(tmp_path: Path) -> None:
    begun(tmp_path)
    for command in ("optimize", "status", "validate", "check", "reproduce"):
        more = ["--best"] if command == "reproduce" else []
        done = hpsearch(command, "mime", *more, cwd=tmp_path)
        assert done.returncode == 2, done.stderr
        assert "did you mean 'mine'" in done.stderr
    done = hpsearch("status", "mine", "--study", "higgs", cwd=tmp_path)
    assert "a command is for one study" in done.stderr


def test_a_closed_output_ends_nothing(tmp_path: Path) -> None:
    begun(tmp_path)
    for command in ("trials", "status", "studies", "check"):
        done = subprocess.run(
            f"{sys.executable} -m hpsearch {command} {'' if command == 'studies' else 'mine'} >&-",
            shell=True,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )
        assert "Traceback" not in done.stderr
        assert done.returncode in (0, 1), done.stderr
