"""How far a study is, and the contract of what shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self


@dataclass(frozen=True, slots=True)
class BestTrial:
    """The best trial so far; ``value`` is what ``objective`` names."""

    number: int
    objective: str
    value: float
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where a search stands.

    Attributes:
        total: Trials that the study asks for.
        running: Trials that train.
        epochs: Of all trials, as far as they are decided on.
        waiting: Trials that the scheduler lets wait.
        best: None until a trial is complete.
    """

    total: int
    complete: int
    pruned: int
    failed: int
    running: int
    epochs: int
    best: BestTrial | None
    waiting: int = 0

    @property
    def ended(self) -> int:
        """Trials that ended, whatever way."""
        return self.complete + self.pruned + self.failed


class View(Protocol):
    """Shows how far a study is; a context manager around the whole of it."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def tell(self, line: str) -> None:
        """Show a line that stays; called from any thread."""

    def rows(self, done: int, total: int) -> None:
        """Show how many rows were read; ``total`` is 0 as long as nobody knows it.

        The last call has ``done == total``, and may be made twice.
        """

    def preparing(self, done: int, total: int) -> None:
        """Show how many rows of a large table are ready for networks; not called for others."""

    def search(self, snapshot: Snapshot) -> None:
        """Show where the search stands."""

    def retraining(self, done: int, total: int) -> None:
        """Show how many re-trainings are done."""

    def comparison(self, done: int, total: int) -> None:
        """Show how many of the networks that the winner is compared with are trained."""


class SilentView:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def tell(self, line: str) -> None:
        """Nothing."""

    def rows(self, done: int, total: int) -> None:
        """Nothing."""

    def preparing(self, done: int, total: int) -> None:
        """Nothing."""

    def search(self, snapshot: Snapshot) -> None:
        """Nothing."""

    def retraining(self, done: int, total: int) -> None:
        """Nothing."""

    def comparison(self, done: int, total: int) -> None:
        """Nothing."""


#: The view of who wants none.
SILENT = SilentView()
