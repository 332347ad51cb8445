"""A headless Chromium, the servers of the pages that need one, and what a page asked for."""

import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from matplotlib.image import imread

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

Scheme = Literal["light", "dark"]

#: Seconds in which a server must answer, and a page show what is waited for.
PATIENCE = 120


@dataclass
class Seen:
    """What a page did that nobody sees.

    Attributes:
        requests: Addresses that it asked for, in order, those inside of the page itself left out.
        outside: Those of them that are not its own; they were refused.
        errors: Errors on the console and exceptions that nobody caught.
    """

    requests: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def find_chromium() -> str | None:
    """The machine's own browser; nothing is downloaded."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def open_browser(path: str) -> Iterator["Browser"]:
    """Start the browser at ``path`` without a window."""
    from playwright.sync_api import sync_playwright

    # Chromium refuses to put root, who runs most containers, into its sandbox.
    args = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=args)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(
    browser: "Browser", own: str, *, width: int, height: int, scheme: Scheme = "light"
) -> Iterator[tuple["Page", Seen]]:
    """An empty page that may load what begins with ``own`` and nothing else."""
    seen = Seen()

    def hear(message: "ConsoleMessage") -> None:
        if message.type == "error":
            seen.errors.append(message.text)

    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, timezone_id="UTC"
    )
    try:
        context.route(lambda address: not _is_own(address, own), lambda route: route.abort())
        context.set_default_timeout(PATIENCE * 1_000)
        page = context.new_page()
        page.on("request", lambda request: _note(seen, request.url, own))
        page.on("websocket", lambda wire: _note(seen, wire.url, own))
        page.on("console", hear)
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        yield page, seen
    finally:
        context.close()


@contextmanager
def serve(command: str, folder: Path) -> Iterator[str]:
    """Run ``hpsearch tensorboard`` or ``dashboard`` on a study's folder; gives its address.

    Raises:
        RuntimeError: If it ends, or does not answer in time, with what it said.
    """
    port = _free_port()
    arguments = [*(sys.executable, "-m", "hpsearch", command), "--out", str(folder)]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            [*arguments, "--port", str(port)],
            stdout=said,
            stderr=said,
            start_new_session=True,  # TensorBoard has a child, which ends with it
        ) as process,
    ):
        try:
            deadline = time.monotonic() + PATIENCE
            while not _answers(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    said.seek(0)
                    raise RuntimeError(f"no {command} at port {port}: {said.read().decode()}")
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}/"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)


def ink(picture: bytes) -> float:
    """Share of a PNG's pixels that are not of its most usual color."""
    pixels = imread(io.BytesIO(picture))[..., :3]
    return float(np.mean(np.abs(pixels - np.median(pixels, axis=(0, 1))).max(axis=-1) > 0.1))


def wait_for_color(plot: "Locator") -> None:
    """Until one pixel in 200 is no gray: axes and grids are gray, and come before the curves.

    Raises:
        RuntimeError: If it stays gray.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        pixels = imread(io.BytesIO(plot.screenshot()))[..., :3]
        if np.mean(np.ptp(pixels, axis=-1) > 0.2) > 0.005:
            return
    raise RuntimeError(f"nothing was drawn in {plot}")


def _note(seen: Seen, address: str, own: str) -> None:
    if not address.startswith(("data:", "blob:")):
        seen.requests.append(address)
        if not _is_own(address, own):
            seen.outside.append(address)


def _is_own(address: str, own: str) -> bool:
    return address.startswith((own, own.replace("http:", "ws:"), "data:", "blob:"))


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
