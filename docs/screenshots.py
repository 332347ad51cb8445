"""The README's pictures, taken from a finished study: ``python -m docs.screenshots``."""

import argparse
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from tests.browser.pages import find_chromium, open_browser, open_page, serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTH = 1400


def main() -> None:
    """Take all pictures; each is named for its page."""
    parser = argparse.ArgumentParser(prog="python -m docs.screenshots", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("runs/higgs"), help="a finished study")
    parser.add_argument("--out", type=Path, default=Path("docs"), help="where the pictures go")
    chosen = parser.parse_args()
    chromium = find_chromium()
    if chromium is None:
        parser.exit(1, "screenshots need Chromium on this machine: apt install chromium\n")
    with open_browser(chromium) as browser:
        for take in (take_report, take_tensorboard, take_dashboard):
            for name, picture in take(browser, chosen.folder):
                path = chosen.out / f"{name}.png"
                path.write_bytes(_with_few_colors(picture))
                print(path)


def take_report(browser: "Browser", folder: Path) -> Iterator[tuple[str, bytes]]:
    """The first screens of the report, its column alone."""
    address = (folder / "report.html").resolve().as_uri()
    with _page(browser, address, 1500) as page:
        page.goto(address)
        column = page.screenshot(clip={"x": 200, "y": 0, "width": 1000, "height": 1500})
        yield "report", column


def take_tensorboard(browser: "Browser", folder: Path) -> Iterator[tuple[str, bytes]]:
    """HParams: the table and the parallel coordinates."""
    with serve("tensorboard", folder) as address, _page(browser, address, 700) as page:
        page.goto(f"{address}#hparams")
        page.locator("tf-hparams-table-view").get_by_text("trial-0000").wait_for()
        yield "tensorboard-table", _still(page)
        page.get_by_text("Parallel Coordinates View").click()
        page.locator("tf-hparams-parallel-coords-plot g.foreground path").first.wait_for()
        yield "tensorboard-parallel", _still(page)


def take_dashboard(browser: "Browser", folder: Path) -> Iterator[tuple[str, bytes]]:
    """The first page of the study."""
    with serve("dashboard", folder) as address, _page(browser, address, 1230) as page:
        page.goto(f"{address}dashboard/studies/1")
        for plot in ("plot-history .points path", "graph-hyperparameter-importances .point"):
            page.locator(f"#{plot}").first.wait_for()
        yield "dashboard", _still(page)


@contextmanager
def _page(browser: "Browser", own: str, height: int) -> Iterator["Page"]:
    with open_page(browser, own, width=WIDTH, height=height) as (page, _):
        yield page


def _still(page: "Page") -> bytes:
    """The window when nothing moves and no pointer is over it."""
    page.mouse.move(WIDTH - 1, 0)
    page.wait_for_load_state("networkidle")
    return page.screenshot(animations="disabled")


def _with_few_colors(picture: bytes) -> bytes:
    """The same PNG in a third of the bytes: a repository keeps every version of it."""
    smaller = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as whole:
        few = whole.convert("RGB").quantize(colors=128, dither=Image.Dither.NONE)
        few.save(smaller, "PNG", optimize=True)
    return smaller.getvalue()


if __name__ == "__main__":
    main()
