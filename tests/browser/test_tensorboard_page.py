"""TensorBoard on a finished study, as one who opens it sees it before choosing anything."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.pages import Seen, open_page, serve, wait_for_color

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Trials = list[dict[str, Any]]

CURVES = ("binary_crossentropy", "accuracy", "val_binary_crossentropy", "val_accuracy")


@pytest.fixture(scope="module")
def address(study: Path) -> Iterator[str]:
    with serve("tensorboard", study) as address:
        yield address


@pytest.fixture
def opened(browser: "Browser", address: str) -> Iterator[tuple["Page", Seen]]:
    """High enough that no row of the table is left out, as TensorBoard does with unseen ones."""
    with open_page(browser, address, width=1400, height=2000) as (page, seen):
        yield page, seen
    assert seen.outside == []
    assert seen.errors == []


def name(trial: dict[str, Any]) -> str:
    return f"trial-{trial['number']:04d}"


def test_the_table_shows_all_trials_and_what_became_of_them(
    page: "Page", address: str, trials: Trials
) -> None:
    page.goto(f"{address}#hparams")
    table = page.locator("tf-hparams-table-view")
    table.get_by_text(name(trials[-1]), exact=True).wait_for()
    shown = table.get_by_text(re.compile(r"^\s*trial-\d+\s*$")).all_inner_texts()
    assert sorted(text.strip() for text in shown) == [name(trial) for trial in trials]
    for state in ("complete", "pruned"):
        cells = table.get_by_text(re.compile(rf"^\s*{state}\s*$"))
        assert cells.count() == sum(trial["state"] == state for trial in trials)


def test_parallel_coordinates_draw_every_finished_trial(
    page: "Page", address: str, trials: Trials
) -> None:
    page.goto(f"{address}#hparams")
    page.get_by_text("Parallel Coordinates View").click()
    plot = page.locator("tf-hparams-parallel-coords-plot")
    lines = plot.locator("g.foreground path")
    lines.first.wait_for()
    drawn = lines.evaluate_all("all => all.map(one => one.getAttribute('d'))")
    assert len(drawn) == sum(trial["state"] in ("complete", "pruned") for trial in trials)
    axes = plot.locator("g.axis").count()
    assert axes >= 6
    for line in drawn:
        assert "NaN" not in line
        assert line.count("L") == axes - 1


def test_time_series_show_the_curves(page: "Page", address: str) -> None:
    page.goto(f"{address}#timeseries")
    for curve in CURVES:
        titled = page.locator(f'[title="curve/{curve}"]')
        card = page.locator("card-view").filter(has=titled)
        card.scroll_into_view_if_needed()
        card.get_by_text(re.compile(r"^\s*trial-\s*\d+")).first.wait_for()
        wait_for_color(card.locator("line-chart"))


def test_histograms_show_the_weights_of_the_winners_by_epoch(page: "Page", address: str) -> None:
    page.goto(f"{address}#histograms&regexInput=retrained")
    page.get_by_text(re.compile(r"^\s*hidden_1/kernel\s*$")).first.wait_for()
    one = page.locator("vz-histogram-timeseries").first
    one.locator(".histogram path").nth(1).wait_for()
    wait_for_color(one)


def test_graphs_show_the_layers_of_the_winners(page: "Page", address: str) -> None:
    page.goto(f"{address}#graphs")
    for layer in ("features", "hidden_1", "output", "probability"):
        page.locator(f'g.node[data-name="{layer}"]').wait_for()
