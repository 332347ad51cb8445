"""A small real study that ran through, made once."""

from pathlib import Path
from typing import Any

import pytest

from tests.attack.studies import kept, optimize, run, write_study


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the small study."""
    return write_study(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="session")
def through(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small study, run without an attack; to be copied, never changed."""
    out = tmp_path_factory.mktemp("through") / "run"
    done = run(optimize(study, out, "--quiet"))
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def expected(through: Path) -> dict[str, Any]:
    """What every run of the small study must come to."""
    return kept(through)
