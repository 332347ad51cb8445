"""The record of a study: an Optuna study in ``study.db``, written by one process, read by many."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial

from hpsearch.errors import RecordError
from hpsearch.record.attributes import trial_record
from hpsearch.record.connections import snapshot
from hpsearch.record.database import Database
from hpsearch.record.fact_table import FactTable
from hpsearch.record.integrity import (
    FAILURES,
    check_structure,
    damaged,
    first_broken,
    reading,
    reason,
    writing,
)
from hpsearch.record.layout import (
    check_layout,
    create_study,
    first_facts,
    only_study,
)
from hpsearch.record.rebuild import read_besides, replace_content
from hpsearch.record.seals import ASKED, asked_seal
from hpsearch.record.trial import TrialRecord


def nobody_checks() -> None:
    """The guard of a record whose file nobody else replaces."""


#: Where Optuna has the names of a study's objectives.
METRIC_NAMES = "study:metric_names"


class Record:
    """The trials of a study and the facts about it, on disk; opened by ``open`` or ``read``.

    Attributes:
        writable: Whether it is the file itself, or else a snapshot of it.
        guard: Called before each write; raises where the folder is not the one that was opened.
        proposed: Trials as they were when the record was opened to be written to, by number: those
            whose values are whole, also where they are not whole otherwise.
    """

    def __init__(
        self,
        path: Path,
        study: str,
        study_id: int,
        database: Database,
        guard: Callable[[], None],
        *,
        writable: bool,
    ) -> None:
        self.guard = guard
        self.writable = writable
        self._path = path
        self._study = study
        self._study_id = study_id
        self._database = database
        self.proposed: Mapping[int, FrozenTrial] = {}

    @classmethod
    def open(
        cls,
        path: Path,
        study: str,
        guard: Callable[[], None] = nobody_checks,
        *,
        maximize: bool = False,
    ) -> Self:
        """Open a record to write to it; it is made if it is not there.

        Args:
            path: ``study.db``.
            study: The study's name.
            guard: As the attribute.
            maximize: Whether the higher of two trials' values is the better one.

        Raises:
            RecordError: If the file is not a record, is damaged, or has another layout; nothing in
                it is changed then.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            if path.is_file():
                with closing(snapshot(path)) as connection:
                    check_layout(path, connection)
            database = Database.create(path)
        except FAILURES as error:
            raise RecordError(
                f"{path} must be a record of hpsearch, got: {reason(error)}; "
                f"move it away to start over"
            ) from error
        try:
            with reading(path):
                study_id = create_study(database, study, maximize=maximize)
            record = cls(path, study, study_id, database, guard, writable=True)
            record.proposed = {
                trial.number: trial
                for trial in record._ordered()
                if trial._system_attrs.get(ASKED) == asked_seal(trial)
            }
        except BaseException:
            database.close()
            raise
        return record

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a record as it is now, also while another process writes to it; changes nothing.

        Raises:
            RecordError: If the file is not a record of one study, is damaged, or has another
                layout.
        """
        with reading(path):
            connection = snapshot(path)
        try:
            check_structure(path, connection)
            with reading(path):
                check_layout(path, connection)
                study_id, study = only_study(path, connection)
                database = Database.of_connection(connection)
        except BaseException:
            connection.close()
            raise
        return cls(path, study, study_id, database, nobody_checks, writable=False)

    def close(self) -> None:
        """Close the file; the write-ahead log is gone with the last connection."""
        self._database.close()

    def fact(self, key: str, default: Any) -> Any:
        """A fact about the study, plain JSON values, or ``default``.

        Raises:
            RecordError: If it is not as it was written.
        """
        with reading(self._path):
            facts, broken = self._facts.read()
        if key in broken:
            raise damaged(self._path, f"its fact {key!r} is not as it was written")
        return facts.get(key, default)

    def set_fact(self, key: str, value: Any) -> None:
        """Write a fact down; one transaction."""
        with self.writing():
            self._facts.write({key: value})

    def broken_facts(self) -> frozenset[str]:
        """Names of the facts that are not as they were written."""
        with reading(self._path):
            _, broken = self._facts.read()
        return broken

    def broken_trial(self) -> int | None:
        """The first trial that is not as it was written; None where all are."""
        return first_broken(self._ordered())

    def heal(self) -> None:
        """Take out what is not as it was written.

        Trials from the first broken one on are recorded again by the next walk, with their values
        where those are whole; facts are found out again.
        """
        if broken := self.broken_facts():
            with self.writing():
                self._facts.remove(broken)
                self._facts.write(first_facts(self._study))
        if (first := self.broken_trial()) is not None:
            self.rebuild(self._ordered()[:first])

    @property
    def study_id(self) -> int:
        """The study's number in the dashboard's addresses."""
        return self._study_id

    def trial_ids(self) -> dict[int, int]:
        """The number of each trial in the dashboard's addresses."""
        return {trial.number: trial._trial_id for trial in self.frozen_trials()}

    def attributes(self) -> dict[str, Any]:
        """The study's system attributes, where the dashboard keeps notes and files."""
        with reading(self._path):
            return self._database.storage.get_study_system_attrs(self._study_id)

    def name_objective(self, name: str) -> None:
        """Write down what a trial's value is, for the dashboard and whoever opens the record."""
        if self.attributes().get(METRIC_NAMES) != [name]:
            self.set_attributes({METRIC_NAMES: [name]}, {})

    def set_attributes(self, system: Mapping[str, Any], user: Mapping[str, Any]) -> None:
        """Write attributes of the study, and take away those that are None; one transaction."""
        with self.writing():
            self._database.write_attributes(self._study_id, system, user)

    def frozen_trials(self) -> list[FrozenTrial]:
        """All trials as Optuna's values, by number.

        Raises:
            RecordError: If one is not as it was written.
        """
        trials = self._ordered()
        first = first_broken(trials)
        if first is not None:
            raise damaged(self._path, f"trial {first} is not as it was written")
        return trials

    def trials(self) -> tuple[TrialRecord, ...]:
        """All trials, by number; raises as ``frozen_trials``."""
        return tuple(trial_record(trial) for trial in self.frozen_trials())

    @contextmanager
    def writing(self) -> Iterator[BaseStorage]:
        """Optuna's storage for one write.

        Raises:
            RecordError: With SQLite's words where it fails; the write is not in the record then.
        """
        self._check_writable()
        with writing(self._path, self.guard):
            yield self._database.storage

    def rebuild(self, trials: Sequence[FrozenTrial]) -> None:
        """Put these trials in the place of those in the file, in one transaction."""
        self._check_writable()
        self.guard()
        with reading(self._path):
            besides = read_besides(self._database, self._study_id)
        self.close()
        replace_content(self._path, self._study, trials, besides, self.guard)
        with reading(self._path):
            self._database = Database.create(self._path)
            self._study_id = create_study(self._database, self._study)

    def _check_writable(self) -> None:
        if not self.writable:
            raise RecordError(f"{self._path} was opened to be read; nothing can be written to it")

    @property
    def _facts(self) -> FactTable:
        return FactTable(self._database.engine)

    def _ordered(self) -> list[FrozenTrial]:
        with reading(self._path):
            return self._database.storage.get_all_trials(self._study_id, deepcopy=False)
