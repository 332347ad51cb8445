"""The record of a study: an Optuna study in ``study.db``, written by one process.

The search decides on a study in memory; what happens there is written behind it into this one. A
search that is taken up again begins at virtual time 0 and walks the same way, so most of what it
writes is here already. Where the walk differs from what is here, because the number of trials was
raised and the last trials of the shorter search now have company, the record is built anew from
the study in memory.
"""

import copy
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import optuna
import sqlalchemy
from optuna.exceptions import StorageInternalError
from optuna.storages import RDBStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from hpsearch.errors import RecordError
from hpsearch.metrics import OBJECTIVE
from hpsearch.search.attributes import NAMES, for_people, plain
from hpsearch.search.facts import Facts, write_attributes
from hpsearch.search.trial import TrialRecord
from hpsearch.space import Scalar

#: Layout of a study's folder; raised when an older one can no longer be read.
VERSION = 3

#: Where Optuna has the names of a study's objectives.
METRIC_NAMES = "study:metric_names"

#: What SQLite, SQLAlchemy and Optuna raise where a file can't be read or written; a ``KeyError``
#: where somebody renamed or deleted the study in the dashboard meanwhile.
_FAILURES = (sqlite3.Error, sqlalchemy.exc.SQLAlchemyError, StorageInternalError, KeyError)


class Record:
    """The trials of a study and the facts about it, on disk.

    Args:
        path: ``study.db``; made if it is not there.
        study: The study's name.

    Raises:
        RecordError: If the file is not a record, is damaged, or was written by a version of
            hpsearch that had another layout.
    """

    def __init__(self, path: Path, study: str) -> None:
        self._path = path
        self._study = study
        self._open()
        if (version := self._version()) != VERSION:
            self.close()
            raise RecordError(
                f"{path} must be of version {VERSION}, got version {version}; "
                f"use the hpsearch that wrote it, or a new folder"
            )

    def close(self) -> None:
        """Close the file; the write-ahead log is gone with the last connection."""
        self._storage.remove_session()
        self._storage.engine.dispose()

    def fact(self, key: str, default: Any) -> Any:
        """A fact about the study, plain JSON values, or ``default``."""
        with self._transaction():
            return self._facts.all().get(key, default)

    def set_fact(self, key: str, value: Any) -> None:
        """Write a fact down; one transaction."""
        with self._transaction():
            self._facts.write({key: value})

    @property
    def study_id(self) -> int:
        """The study's number in the dashboard's addresses."""
        return self._study_id

    def trial_ids(self) -> dict[int, int]:
        """Of each trial its number in the dashboard's addresses."""
        return {trial.number: trial._trial_id for trial in self.frozen_trials()}

    def attributes(self) -> dict[str, Any]:
        """The study's system attributes, where the dashboard keeps notes and files."""
        with self._transaction():
            return self._storage.get_study_system_attrs(self._study_id)

    def set_attributes(self, system: Mapping[str, Any], user: Mapping[str, Any]) -> None:
        """Write attributes of the study, and take away those that are None; one transaction."""
        with self._transaction():
            write_attributes(self._storage.engine, self._study_id, system, user)

    def frozen_trials(self) -> list[FrozenTrial]:
        """All trials as Optuna's values, by number."""
        with self._transaction():
            return self._storage.get_all_trials(self._study_id, deepcopy=False)

    def trials(self) -> tuple[TrialRecord, ...]:
        """All trials, by number."""
        return tuple(plain(trial) for trial in self.frozen_trials())

    def params(self, number: int) -> dict[str, Scalar] | None:
        """The values that trial ``number`` was given, or None where it was not asked yet."""
        trial = self._trials.get(number)
        return None if trial is None else dict(trial.params)

    def reported_epochs(self, number: int) -> int:
        """The last epoch of trial ``number`` that was reported when the record was opened, or 0."""
        trial = self._trials.get(number)
        return 0 if trial is None else max(trial.intermediate_values, default=0)

    def asked(self, trial: FrozenTrial) -> None:
        """Write down a new trial with its values and attributes; one transaction."""
        if trial.number not in self._trials:
            written = _named(trial)
            with self._transaction():
                written._trial_id = self._storage.create_new_trial(self._study_id, written)
            self._trials[trial.number] = written

    def reported(self, number: int, epoch: int, value: float, walk: optuna.Study) -> None:
        """Write down the best value so far of a trial; ``walk`` is the study in memory."""
        known = self._trials[number]
        if epoch in known.intermediate_values:
            return
        if known.state.is_finished():
            self._rebuild(walk)
            return
        with self._transaction():
            self._storage.set_trial_intermediate_value(known._trial_id, epoch, value)

    def told(
        self,
        number: int,
        state: TrialState,
        value: float | None,
        attributes: Mapping[str, Any],
        walk: optuna.Study,
    ) -> None:
        """Write down how a trial ended; ``walk`` is the study in memory."""
        known = self._trials[number]
        if known.state.is_finished():
            recorded = {key: known.user_attrs.get(NAMES[key]) for key in attributes}
            if known.state != state or recorded != attributes:
                self._rebuild(walk)
            return
        values = None if value is None else [value]
        with self._transaction():
            for key, attribute in for_people(attributes).items():
                self._storage.set_trial_user_attr(known._trial_id, key, attribute)
            self._storage.set_trial_state_values(known._trial_id, state, values)
        known.state = state

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Tell what SQLite says where it fails; the transaction is not in the record then."""
        try:
            yield
        except _FAILURES as error:
            raise RecordError(
                f"{self._path} must be readable and writable, got: {_reason(error)}; what was "
                f"recorded before is kept, and the same command goes on there"
            ) from error

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(sqlite3.connect(self._path)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
            self._storage = RDBStorage(f"sqlite:///{self._path}")
            sqlalchemy.event.listen(self._storage.engine, "connect", _relax)
            self._storage.engine.dispose()  # connect again, with ``_relax``
            self._facts = Facts(self._storage.engine)
            self._study_id = self._find_or_create()
        except (*_FAILURES, RuntimeError) as error:
            raise RecordError(
                f"{self._path} must be a record of hpsearch, got: {_reason(error)}; "
                f"put it aside to begin again"
            ) from None
        self._trials = {trial.number: trial for trial in self.frozen_trials()}

    def _find_or_create(self) -> int:
        studies = {study.study_name: study._study_id for study in self._storage.get_all_studies()}
        facts = self._facts.all() if self._facts.exist() else {}
        if self._study in studies:
            found = studies[self._study]
        elif len(studies) == 1 and facts.get("study") == self._study:
            (found,) = studies.values()  # renamed in the dashboard
        else:
            found = self._storage.create_new_study([StudyDirection.MINIMIZE], self._study)
        older = "version" in self._storage.get_study_user_attrs(found)
        if not (facts or older or self._storage.get_n_trials(found)):
            self._facts.create({"version": VERSION, "study": self._study})
        if not older and METRIC_NAMES not in self._storage.get_study_system_attrs(found):
            self._storage.set_study_system_attr(found, METRIC_NAMES, [OBJECTIVE])
        return found

    def _version(self) -> Any:
        """The layout of this record; of the first two it stands in Optuna's attributes."""
        with self._transaction():
            if self._facts.exist():
                return self._facts.all().get("version")
            return self._storage.get_study_user_attrs(self._study_id).get("version")

    def _rebuild(self, walk: optuna.Study) -> None:
        """Put the walk's trials in the place of those in the file, in one transaction."""
        with tempfile.TemporaryDirectory() as elsewhere:
            path = Path(elsewhere) / self._path.name
            fresh = Record(path, self._study)
            for trial in walk.get_trials(deepcopy=False):
                with fresh._transaction():
                    fresh._storage.create_new_trial(fresh._study_id, _named(trial))
            self._hand_over(fresh)
            fresh.close()
            self.close()
            with (
                self._transaction(),
                closing(sqlite3.connect(path)) as source,
                closing(sqlite3.connect(self._path)) as target,
            ):
                source.backup(target)
        self._open()

    def _hand_over(self, fresh: "Record") -> None:
        """Give a new record what this one holds besides trials: facts, notes, files."""
        with self._transaction():
            facts = self._facts.all()
            user = self._storage.get_study_user_attrs(self._study_id)
        fresh._facts.write(facts)
        trials = self.frozen_trials()
        ids = {trial._trial_id: trial.number + 1 for trial in trials}  # as a new record counts
        system = {_with_trial_id(key, ids): value for key, value in self.attributes().items()}
        for trial in trials:  # files that were uploaded while it ran
            for key, value in trial._system_attrs.items():
                if key.startswith("artifacts:"):
                    system[f"dashboard:{key.replace(':', f':{trial.number + 1}:')}"] = value
        fresh.set_attributes(system, user)


def _named(trial: FrozenTrial) -> FrozenTrial:
    """A copy, as the study in memory changes its own, with attributes as people read them."""
    named = copy.deepcopy(trial)
    named.user_attrs = for_people(trial.user_attrs)
    return named


def _with_trial_id(key: str, ids: Mapping[int, int]) -> str:
    """A key of the dashboard's with the trial's new id: ``dashboard:7:note_ver``."""
    found = re.match(r"(dashboard:(?:artifacts:)?)(\d+):", key)
    if found is None:
        return key
    known = int(found[2])  # or of a trial that is still to come
    return f"{found[1]}{ids.get(known, known)}:{key[found.end() :]}"


def check_integrity(path: Path) -> None:
    """Check a record that was not closed cleanly, as its write-ahead log tells.

    Raises:
        RecordError: If it is damaged.
    """
    if not path.with_name(f"{path.name}-wal").is_file():
        return
    try:
        with closing(sqlite3.connect(path)) as connection:
            ((found,),) = connection.execute("PRAGMA integrity_check(1)").fetchall()
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise RecordError(
            f"{path} must be whole, got: {' '.join(found.split())}; put {path.name}* aside and run "
            f"the same command: the trials are recorded again from curves/"
        )


def open_record(folder: Path) -> Record:
    """The record in a study's folder, to read.

    Raises:
        RecordError: If there is none.
    """
    path = folder / "study.db"
    if not path.is_file():
        raise RecordError(
            f"{folder} must be a study's folder, got no study.db there; "
            f"run hpsearch optimize first, or name the folder with --out"
        )
    names = list(_study_names(path))
    if len(names) != 1:
        raise RecordError(f"{path} must hold one study, got {len(names)}")
    return Record(path, names[0])


def _study_names(path: Path) -> Iterator[str]:
    try:
        with closing(sqlite3.connect(path)) as connection:
            yield from (name for (name,) in connection.execute("SELECT study_name FROM studies"))
    except sqlite3.DatabaseError as error:
        raise RecordError(f"{path} must be a record of hpsearch, got: {error}") from None


def _reason(error: BaseException) -> str:
    """What SQLite said, on one line, whatever it was wrapped in."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).splitlines()[0]


def _relax(connection: Any, _: object) -> None:
    """Without a sync a commit: after a power cut the last ones may be gone, and are done again."""
    connection.execute("PRAGMA synchronous=NORMAL")
