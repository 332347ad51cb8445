"""What a person sees while a study runs: a live view, plain lines, JSON or nothing."""

import json
import sys
import time
from collections.abc import Mapping
from typing import Any, Self, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from hpsearch.console import clean, complain, say_values, write
from hpsearch.progress import SilentView, Snapshot, View
from hpsearch.wording import say_seconds

#: Between two plain lines about the same thing.
LINE_SECONDS = 10.0


def choose_view(*, quiet: bool, as_json: bool) -> View:
    """JSON lines, nothing, the live view on a terminal, or else plain lines."""
    if as_json:
        return JsonView(sys.stdout)
    if quiet:
        return QuietView()
    console = Console(stderr=True)
    return LiveView(console) if console.is_terminal else PlainView(sys.stderr)


class QuietView(SilentView):
    """Shows only warnings and messages, on standard error."""

    def tell(self, line: str) -> None:
        """On standard error: where rows come from is never silent."""
        complain(line)


class JsonView(SilentView):
    """One JSON object a line on standard output, each with an ``event``."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last: Mapping[str, Any] | None = None

    def tell(self, line: str) -> None:
        """``{"event": "message", "text": …}``."""
        self._print({"event": "message", "text": line})

    def rows(self, done: int, total: int) -> None:
        """Only the end: ``{"event": "rows", …}``."""
        if done >= total > 0:
            self._print({"event": "rows", "done": done, "total": total})

    def preparing(self, done: int, total: int) -> None:
        """Only the end: ``{"event": "preparing", …}``."""
        if done >= total > 0:
            self._print({"event": "preparing", "done": done, "total": total})

    def search(self, snapshot: Snapshot) -> None:
        """``{"event": "search", …}`` whenever a trial ended."""
        best = snapshot.best
        self._print(
            {
                "event": "search",
                "total": snapshot.total,
                "complete": snapshot.complete,
                "pruned": snapshot.pruned,
                "failed": snapshot.failed,
                "running": snapshot.running,
                "best": None
                if best is None
                else {"number": best.number, "value": best.value, "params": best.params},
            }
        )

    def retraining(self, done: int, total: int) -> None:
        """``{"event": "retraining", …}`` whenever one is done."""
        self._print({"event": "retraining", "done": done, "total": total})

    def comparison(self, done: int, total: int) -> None:
        """``{"event": "comparison", …}`` whenever one is done."""
        self._print({"event": "comparison", "done": done, "total": total})

    def _print(self, event: Mapping[str, Any]) -> None:
        if event != self._last:
            write(json.dumps(event), self._stream)
            self._last = event


class PlainView(SilentView):
    """Lines for a log: what happened, at most every ten seconds."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._spoke: dict[str, float] = {}
        self._said = ""

    def tell(self, line: str) -> None:
        """The line as it is."""
        if line != self._said:
            write(line, self._stream)
            self._said = line

    def rows(self, done: int, total: int) -> None:
        """How many rows of how many."""
        whole = f" of {total:,}" if total else ""
        self._now_and_then("rows", f"rows {done:,}{whole}", done >= total > 0)

    def preparing(self, done: int, total: int) -> None:
        """How many rows of how many."""
        line = f"preparing rows: {done:,} of {total:,}"
        self._now_and_then("preparing", line, done == total)

    def search(self, snapshot: Snapshot) -> None:
        """Trials ended, the best so far and its parameters."""
        line = f"trials {snapshot.ended} of {snapshot.total} ({_states(snapshot)})"
        if snapshot.best is not None:
            line += f"  best {snapshot.best.value:.4f} by trial {snapshot.best.number}"
        self._now_and_then("search", line, snapshot.ended == snapshot.total)

    def retraining(self, done: int, total: int) -> None:
        """How many of how many."""
        self._now_and_then("retraining", f"re-trained {done} of {total}", done == total)

    def comparison(self, done: int, total: int) -> None:
        """How many of how many."""
        self._now_and_then("comparison", f"compared with {done} of {total}", done == total)

    def _now_and_then(self, about: str, line: str, last: bool) -> None:
        now = time.monotonic()
        if last or now - self._spoke.get(about, -LINE_SECONDS) >= LINE_SECONDS:
            self._spoke[about] = now
            self.tell(line)


class LiveView(SilentView):
    """A few lines at the foot of the terminal that stay up to date; messages scroll above them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=8, transient=True)
        self._began: tuple[float, int] | None = None

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def tell(self, line: str) -> None:
        """Above the live lines."""
        self._console.print(clean(line), markup=False, highlight=False)

    def rows(self, done: int, total: int) -> None:
        """A bar of rows."""
        self._live.update(_bar("rows", done, total or done, ""))

    def preparing(self, done: int, total: int) -> None:
        """A bar of rows."""
        self._live.update(_bar("preparing rows", done, total, ""))

    def search(self, snapshot: Snapshot) -> None:
        """A bar of trials with the time left, and the best so far with its parameters."""
        done = snapshot.ended
        now = time.monotonic()
        if self._began is None:
            self._began = (now, done)
        began, before = self._began
        left = ""
        if done > before and done < snapshot.total:
            seconds = (now - began) / (done - before) * (snapshot.total - done)
            left = f"{say_seconds(seconds)} left"
        lines: list[Any] = [
            _bar("trials", done, snapshot.total, left),
            Text(f"  {_states(snapshot)}, {snapshot.epochs:,} epochs"),
        ]
        if snapshot.best is not None:
            best = snapshot.best
            lines.append(Text(f"  best {best.objective} {best.value:.4f} by trial {best.number}"))
            lines.append(Text(f"  {say_values(best.params)}", style="dim"))
        self._live.update(Group(*lines))

    def retraining(self, done: int, total: int) -> None:
        """A bar of re-trainings."""
        self._live.update(_bar("re-trained", done, total, ""))

    def comparison(self, done: int, total: int) -> None:
        """A bar of the networks to compare with."""
        self._live.update(_bar("compared with", done, total, ""))


def _states(snapshot: Snapshot) -> str:
    """Counts of trials by state, in words; those of failed ones only where there are any."""
    parts = [f"{snapshot.complete} complete", f"{snapshot.pruned} pruned"]
    if snapshot.failed:
        parts.append(f"{snapshot.failed} failed")
    return ", ".join([*parts, f"{snapshot.running} running"])


def _bar(name: str, done: int, total: int, note: str) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_row(
        Text(name, style="bold"),
        ProgressBar(total=max(total, 1), completed=done, width=30),
        Text(f"{done:,} of {total:,}"),
        Text(note, style="dim"),
    )
    return grid
