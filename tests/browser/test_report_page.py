"""The report as a reader opens it: from its file, wide or narrow, light, dark or on paper."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.pages import Seen, ink, open_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

SECTIONS = [
    *("result", "baselines", "luck", "overfitting"),
    *("regularizers", "search", "usability", "rows", "repeat"),
]

VIEWS = [(1400, "light"), (1400, "dark"), (400, "light"), (400, "dark")]

#: The parts of the page that are wider than the window and that no box around them scrolls.
OVERHANGING = """() => [...document.querySelectorAll("body *")].filter(element => {
  const box = element.getBoundingClientRect();
  if (element.closest("svg") !== null && element.tagName !== "svg") return false;
  if (box.right <= document.documentElement.clientWidth + 0.5 && box.left >= -0.5) return false;
  for (let box = element; box !== document.body; box = box.parentElement)
    if (["auto", "scroll"].includes(getComputedStyle(box).overflowX)) return false;
  return true;
}).map(element => element.outerHTML.slice(0, 80))"""

#: Letters of figures that reach over their edge, where they are cut off; half a pixel is rounding.
CUT = """() => [...document.querySelectorAll("figure svg text")].filter(text => {
  const [inner, outer] = [text, text.closest("svg")].map(one => one.getBoundingClientRect());
  return inner.left < outer.left - 0.5 || inner.right > outer.right + 0.5
    || inner.top < outer.top - 0.5 || inner.bottom > outer.bottom + 0.5;
}).map(text => text.textContent)"""

#: Letters of figures that lie on others.
CROWDED = """() => [...document.querySelectorAll("figure svg")].flatMap(svg => {
  const texts = [...svg.querySelectorAll("text")];
  const boxes = texts.map(text => text.getBoundingClientRect());
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
  return texts.filter((_, i) => boxes.slice(0, i).some(box => over(box, boxes[i])));
}).map(text => text.textContent)"""

#: Tables with a column that is seen only after scrolling.
TOO_WIDE = """() => [...document.querySelectorAll("table")].filter(table =>
  table.getBoundingClientRect().right > table.parentElement.getBoundingClientRect().right + 0.5
).map(table => table.innerText.slice(0, 80))"""

#: Height of the smallest letters of all figures, in pixels of the page.
SMALLEST = """() => Math.min(...[...document.querySelectorAll("figure svg text")].map(text => {
  const turned = text.getScreenCTM();
  return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(turned.a, turned.b);
}))"""

#: Letters whose contrast with what is behind them is below 4.5, the law of WCAG 2.2, 1.4.3.
FAINT = """() => {
  const parts = color => color.match(/[\\d.]+/g).map(Number);
  const light = color => parts(color).slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (; element !== null; element = element.parentElement) {
      const color = getComputedStyle(element).backgroundColor;
      if ((parts(color)[3] ?? 1) === 1) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const faint = [];
  for (const element of document.querySelectorAll("h1, h2, h3, p, li, td, th, caption, text")) {
    const style = getComputedStyle(element);
    const color = element.tagName === "text" ? style.fill : style.color;
    const [a, b] = [light(color), light(behind(element))].sort((a, b) => b - a);
    if (element.textContent.trim() !== "" && (a + 0.05) / (b + 0.05) < 4.5)
      faint.push(element.textContent.trim().slice(0, 40) + " " + color);
  }
  return faint;
}"""


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: f"{view[0]}-{view[1]}")
def opened(
    request: pytest.FixtureRequest, browser: "Browser", finished: Path
) -> Iterator[tuple["Page", Seen]]:
    address = (finished / "report.html").as_uri()
    width, scheme = request.param
    with open_page(browser, address, width=width, height=900, scheme=scheme) as (page, seen):
        page.goto(address)
        yield page, seen


def figures(page: "Page") -> list["Locator"]:
    found = page.locator("figure svg").all()
    assert found
    return found


def test_it_asks_for_nothing_but_its_file_and_has_no_errors(opened: tuple["Page", Seen]) -> None:
    page, seen = opened
    page.wait_for_load_state("networkidle")
    assert seen.requests == [page.url]
    assert seen.errors == []


def test_all_questions_are_answered_in_order(page: "Page") -> None:
    assert page.locator("section").evaluate_all("all => all.map(one => one.id)") == SECTIONS
    assert page.locator(".absent").all_inner_texts() == []


def test_every_figure_is_drawn_inside_the_window(page: "Page") -> None:
    assert page.viewport_size is not None
    for figure in figures(page):
        assert figure.is_visible()
        box = figure.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) > 50
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= page.viewport_size["width"]
        assert ink(figure.screenshot()) > 0.005


def test_letters_of_figures_can_be_read(page: "Page") -> None:
    assert page.evaluate(CUT) == []
    assert page.evaluate(CROWDED) == []
    assert page.evaluate(SMALLEST) >= 8


def test_every_figure_has_a_name_and_words_beside_it(page: "Page") -> None:
    for figure in figures(page):
        assert figure.get_attribute("role") == "img"
        assert figure.get_attribute("aria-label")
        assert figure.locator("xpath=..").locator("figcaption").inner_text().strip()


def test_only_tables_and_listings_scroll_sideways(page: "Page") -> None:
    wide = "() => [document.scrollingElement.scrollWidth, innerWidth]"
    content, window = page.evaluate(wide)
    assert content <= window
    assert page.evaluate(OVERHANGING) == []
    if window == 1400:
        assert page.evaluate(TOO_WIDE) == []


def test_letters_stand_out_from_the_page(page: "Page") -> None:
    assert page.evaluate(FAINT) == []


def test_no_two_parts_have_one_id(page: "Page") -> None:
    ids = page.locator("[id]").evaluate_all("all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))


def test_it_prints_dark_on_white_and_whole(page: "Page") -> None:
    screen = page.viewport_size
    assert screen is not None
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1_000})  # A4 less margins of 10 mm
    try:
        paper = "body => getComputedStyle(body).backgroundColor"
        assert page.locator("body").evaluate(paper) == "rgb(255, 255, 255)"
        assert page.evaluate(FAINT) == []
        assert page.evaluate(OVERHANGING) == []
        for figure in figures(page):
            assert figure.is_visible()
            whole = "svg => getComputedStyle(svg.parentElement).breakInside"
            assert figure.evaluate(whole) == "avoid"
        assert page.pdf(format="A4").startswith(b"%PDF-")
    finally:
        page.emulate_media(media="screen")
        page.set_viewport_size(screen)
