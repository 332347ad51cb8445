"""One finished study on simulated rows, and a browser to look at it."""

import importlib.util
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from tests.browser.pages import Seen, find_chromium, open_browser
from tests.test_main_job import arguments, hpsearch, run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

#: TensorBoard 2.21 hides the histograms, until asked, of studies with more than 40 runs in all.
TRIALS = 36

#: All that the report has words for.
SETTINGS = (
    "data.source=collisions",
    "evaluate.ablation=true",
    'evaluate.baselines=["tiny", "large_combined", "logistic_regression", "gradient_boosting"]',
    "evaluate.baseline_epochs=30",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; without one, or without Playwright, these tests are skipped."""
    if importlib.util.find_spec("playwright") is None:
        pytest.skip("Playwright drives the browser and is not installed: pip install playwright")
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: apt install chromium")
    return path


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator["Browser"]:
    with open_browser(chromium) as browser:
        yield browser


@pytest.fixture(scope="session")
def finished(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study that is run once, whichever processes the tests run in; nobody may change it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / "finished"
    with FileLock(shared / "finished.lock"):
        if not folder.exists():
            making = shared / "making"
            words = ["--trials", f"{TRIALS}", *(w for one in SETTINGS for w in ("--set", one))]
            run(*arguments(making, *words, "--quiet"))
            making.rename(folder)
    return folder


@pytest.fixture(scope="module")
def study(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of that study for a server that writes into it."""
    return Path(shutil.copytree(finished, tmp_path_factory.mktemp("served") / "study"))


@pytest.fixture(scope="module")
def trials(finished: Path) -> list[dict[str, Any]]:
    """Its trials as ``hpsearch trials`` lists them."""
    listed: list[dict[str, Any]] = json.loads(
        hpsearch("trials", "--out", str(finished), "--format", "json")
    )
    assert {"complete", "pruned"} <= {trial["state"] for trial in listed}
    return listed


@pytest.fixture
def page(opened: tuple["Page", Seen]) -> "Page":
    """What a module's own ``opened`` has opened."""
    return opened[0]
