"""The Optuna dashboard on a finished study."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pytest

from tests.browser.pages import Seen, ink, open_page, serve, wait_for_color

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

Trials = list[dict[str, Any]]


@pytest.fixture(scope="module")
def address(study: Path) -> Iterator[str]:
    with serve("dashboard", study) as address:
        yield address


@pytest.fixture
def opened(browser: "Browser", address: str) -> Iterator[tuple["Page", Seen]]:
    with open_page(browser, address, width=1400, height=900) as (page, seen):
        yield page, seen
    assert seen.outside == []
    assert seen.errors == []


def test_history_has_a_point_for_every_finished_trial(
    page: "Page", address: str, trials: Trials
) -> None:
    plot = _plot(page, address, "plot-history", ".points path")
    points = plot.locator(".trace").first.locator(".points path").count()
    assert points == sum(trial["state"] in ("complete", "pruned") for trial in trials)


def test_intermediate_values_are_drawn_of_every_trial(
    page: "Page", address: str, trials: Trials
) -> None:
    plot = _plot(page, address, "graph-intermediate-values", ".lines path")
    assert plot.locator(".scatterlayer .trace").count() == len(trials)


def test_importances_have_bars_of_some_length(page: "Page", address: str) -> None:
    plot = _plot(page, address, "graph-hyperparameter-importances", ".bars .point")
    lengths = [float(text) for text in plot.locator(".bartext").all_text_contents()]
    assert max(lengths) > 0.1


def test_the_note_says_what_came_out_and_leads_to_the_report(
    page: "Page", address: str, study: Path
) -> None:
    page.goto(f"{address}dashboard/studies/1/note")
    for heading in ("What came out", "How to read it"):
        page.get_by_role("heading", name=heading).wait_for()
    assert page.get_by_text("simulated rows, not measured ones").is_visible()
    link = page.get_by_role("link", name="open it").get_attribute("href")
    assert link is not None
    assert page.request.get(urljoin(address, link)).body() == (study / "report.html").read_bytes()


def test_the_winner_has_a_note_with_its_curves(page: "Page", address: str) -> None:
    page.goto(f"{address}dashboard/studies/1/note")
    winner = page.get_by_text(re.compile(r"^The winner is trial \d+\.$")).inner_text()
    number = winner.removeprefix("The winner is trial ").removesuffix(".")
    page.goto(f"{address}dashboard/studies/1/trials?numbers={number}")
    page.get_by_text(re.compile(r"^Rank 1 of the 2 .*, the winner\.$")).wait_for()
    _wait_for_picture(page.get_by_role("img", name=re.compile("Learning curves")))


@pytest.mark.parametrize("name", ["report.html", "report.md", "winner-curves.csv"])
def test_files_are_among_the_artifacts(page: "Page", address: str, name: str) -> None:
    page.goto(f"{address}dashboard/studies/1")
    page.get_by_role("heading", name="Study Artifacts").wait_for()
    assert page.get_by_text(name, exact=True).is_visible()


def test_the_winners_curves_are_among_the_artifacts(page: "Page", address: str) -> None:
    page.goto(f"{address}dashboard/studies/1")
    page.get_by_text("winner-curves.svg", exact=True).wait_for()
    _wait_for_picture(page.get_by_role("img", name="winner-curves.svg"))


def _wait_for_picture(picture: "Locator") -> None:
    """Until it is loaded; a broken one has no size of its own."""
    picture.scroll_into_view_if_needed()
    picture.evaluate("image => image.decode()")
    assert picture.evaluate("image => image.naturalWidth") > 0
    assert ink(picture.screenshot()) > 0.005


def _plot(page: "Page", address: str, name: str, drawn: str) -> "Locator":
    """A plot of the study's first page, when it is drawn."""
    page.goto(f"{address}dashboard/studies/1")
    plot = page.locator(f"#{name}")
    plot.locator(drawn).first.wait_for()
    wait_for_color(plot)
    return plot
