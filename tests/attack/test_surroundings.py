"""What surrounds a run: environment, terminal, pipes, and others who hold its files."""

import json
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.attack.scale import whole
from tests.attack.studies import environment, fine, hpsearch, kept, optimize, run

ALL_AT_ONCE = {
    "PYTHONIOENCODING": "ascii",
    "MPLBACKEND": "module://nonsense",
    "PYTHONWARNINGS": "error",
}

#: What somebody's environment may hold.
ENVIRONMENTS: dict[str, dict[str, str]] = {
    "all at once": ALL_AT_ONCE,
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "C": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "backend": {"MPLBACKEND": "module://nonsense"},
    "warnings": {"PYTHONWARNINGS": "error"},
    "no bytecode": {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONOPTIMIZE": "2"},
    "threads": {"OMP_NUM_THREADS": "7", "TF_NUM_INTEROP_THREADS": "3", "XLA_FLAGS": ""},
    "keras": {"KERAS_BACKEND": "torch", "KERAS_HOME": "/nonexistent"},
    "cache": {"HPSEARCH_CACHE": "/proc/nowhere"},
}


@pytest.fixture
def finished(through: Path, tmp_path: Path) -> Path:
    """A copy of the folder of the small study."""
    shutil.copytree(through, tmp_path / "finished")
    return tmp_path / "finished"


@pytest.mark.parametrize(
    "name", ["all at once", *(pytest.param(n, marks=whole) for n in list(ENVIRONMENTS)[1:])]
)
def test_an_environment_changes_nothing(
    study: Path, expected: dict[str, Any], tmp_path: Path, name: str
) -> None:
    out = tmp_path / "run"
    done = run(optimize(study, out), cwd=None, **ENVIRONMENTS[name])
    fine(done)
    found = kept(out)
    for part in ("trials", "curves", "rows", "study"):
        assert found[part] == expected[part], part
    for command in ("status", "trials", "report"):
        fine(run(hpsearch(command, "--out", out), cwd=None, **ENVIRONMENTS[name]))


def test_a_temporary_folder_may_have_a_long_name(
    study: Path, expected: dict[str, Any], tmp_path: Path
) -> None:
    temporary = tmp_path
    while len(str(temporary)) < 150:
        temporary /= "temporary"
    temporary.mkdir(parents=True)
    done = run(optimize(study, tmp_path / "run"), TMPDIR=str(temporary))
    fine(done)
    assert kept(tmp_path / "run") == expected


def test_a_lock_on_the_record_is_waited_for(
    study: Path, expected: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    with subprocess.Popen(
        optimize(study, out, "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        said: list[str] = []
        errors = threading.Thread(target=lambda: said.extend(process.stderr or ()), daemon=True)
        errors.start()
        held = False
        for line in process.stdout or ():
            if not held and json.loads(line)["event"] == "search":
                held = True
                with closing(sqlite3.connect(out / "study.db", timeout=30)) as connection:
                    connection.execute("BEGIN IMMEDIATE")
                    time.sleep(9)
                    connection.rollback()
        process.wait(60)
        errors.join()
    assert held
    assert "Traceback" not in "".join(said)
    assert process.returncode == 0, "".join(said)
    assert kept(out) == expected


def into_head(command: Sequence[str], lines: int) -> tuple[int, str]:
    """Exit code and errors of a command whose reader goes away after so many lines."""
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for _ in range(lines):
            process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
        return process.wait(60), errors


@pytest.mark.parametrize(
    "words",
    [
        ["trials"],
        *(
            pytest.param(words, marks=whole)
            for words in (["trials", "--format", "json"], ["status"], ["report"], ["--help"])
        ),
    ],
)
def test_a_reader_that_goes_away_is_no_error_of_ours(finished: Path, words: list[str]) -> None:
    where = [] if words == ["--help"] else ["--out", str(finished)]
    code, errors = into_head(hpsearch(*words, *where), 0)
    assert errors == ""
    assert code in (0, 141)


def test_a_run_whose_reader_goes_away_keeps_what_is_done(
    study: Path, expected: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    code, errors = into_head(optimize(study, out, "--json"), 1)
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors
    assert code in (0, 1, 141)
    if code:
        fine(run(optimize(study, out, "--quiet")))
    assert kept(out) == expected


@pytest.mark.parametrize(
    "name", ["report.md", *(pytest.param(n, marks=whole) for n in ("report.html", "report.json"))]
)
def test_a_report_of_another_origin_is_not_overwritten(
    study: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("# My thesis\n")
    done = run([*optimize(study, Path(".")), "--quiet"], cwd=tmp_path)
    assert (tmp_path / name).read_text() == "# My thesis\n"
    fine(done, 0, 1, 2)
    if done.returncode == 0:  # what was searched is kept
        assert name in done.stderr
    else:
        assert name in done.stderr.splitlines()[-1]


DIVERGING = (
    *("--set", "space.learning_rate={float=[1e7,1e9]}", "--set", 'training.optimizer="sgd"'),
    *("--set", "search.trials=3", "--set", "evaluate.baselines=[]"),
)


def test_that_every_trial_diverged_is_said(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = run(optimize(study, out, *DIVERGING))
    fine(done, 1)
    assert "diverged" in done.stdout + done.stderr
    for command in ("status", "trials"):
        told = run(hpsearch(command, "--out", out))
        fine(told)
        assert "diverged" in told.stdout, command
    again = run(optimize(study, out, *DIVERGING))
    fine(again, 1)


@whole
def test_a_closed_terminal_is_no_traceback(study: Path, tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            optimize(study, tmp_path / "run"),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=environment(),
            timeout=120,
        )
    fine(done, 0, 1)
    assert (tmp_path / "run" / "report.html").is_file()
