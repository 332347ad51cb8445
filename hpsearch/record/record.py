"""The record of a study: an Optuna study in ``study.db``, written by one process.

The search decides on a study in memory; what happens there is written behind it into this one. A
search that is taken up again begins at virtual time 0 and walks the same way, so most of what it
writes is here already. What is here is compared with the walk, values included; where they differ,
because the number of trials was raised and the last trials of the shorter search now have company,
or because somebody changed the file, the record is built anew from the study in memory.
"""

import copy
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import optuna
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from hpsearch.errors import RecordError
from hpsearch.record.attributes import for_people, trial_record
from hpsearch.record.database import FAILURES, Database, connect, damaged, reason
from hpsearch.record.facts import Facts, write_attributes
from hpsearch.record.seals import (
    ASKED,
    TOLD,
    asked_seal,
    first_broken,
    sampler_attributes,
    told_seal,
)
from hpsearch.record.trial import TrialRecord
from hpsearch.space.space import Scalar
from hpsearch.tasks.binary import OBJECTIVE

#: Layout of a study's folder; raised when an older one can no longer be read.
VERSION = 4

#: Where Optuna has the names of a study's objectives.
METRIC_NAMES = "study:metric_names"


class Record:
    """The trials of a study and the facts about it, on disk.

    Args:
        path: ``study.db``; made if it is not there.
        study: The study's name.
        guard: Called before each write; raises where the folder is not the one that was opened.

    Raises:
        RecordError: If the file is not a record, is damaged, or was written by a version of
            hpsearch that had another layout.
    """

    def __init__(self, path: Path, study: str, guard: Callable[[], None] = lambda: None) -> None:
        self._path = path
        self._study = study
        self.guard = guard
        self._known: dict[int, FrozenTrial] = {}
        self._open()
        self._known = {
            trial.number: trial
            for trial in self._trials.values()
            if trial._system_attrs.get(ASKED) == asked_seal(trial)
        }

    def close(self) -> None:
        """Close the file; the write-ahead log is gone with the last connection."""
        self._database.close()

    def fact(self, key: str, default: Any) -> Any:
        """A fact about the study, plain JSON values, or ``default``.

        Raises:
            RecordError: If it is not as it was written.
        """
        with self._reading():
            found, broken = self._facts.read()
        if key in broken:
            raise damaged(self._path, f"its fact {key!r} is not as it was written")
        return found.get(key, default)

    def set_fact(self, key: str, value: Any) -> None:
        """Write a fact down; one transaction."""
        with self._writing():
            self._facts.write({key: value})

    def broken_facts(self) -> frozenset[str]:
        """Names of the facts that are not as they were written."""
        with self._reading():
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
            with self._writing():
                self._facts.remove(broken)
                self._facts.write({"version": VERSION, "study": self._study})
        if (first := self.broken_trial()) is not None:
            self._rebuild(self._ordered()[:first])

    @property
    def study_id(self) -> int:
        """The study's number in the dashboard's addresses."""
        return self._study_id

    def trial_ids(self) -> dict[int, int]:
        """Of each trial its number in the dashboard's addresses."""
        return {trial.number: trial._trial_id for trial in self.frozen_trials()}

    def attributes(self) -> dict[str, Any]:
        """The study's system attributes, where the dashboard keeps notes and files."""
        with self._reading():
            return self._database.storage.get_study_system_attrs(self._study_id)

    def set_attributes(self, system: Mapping[str, Any], user: Mapping[str, Any]) -> None:
        """Write attributes of the study, and take away those that are None; one transaction."""
        with self._writing():
            write_attributes(self._database.engine, self._study_id, system, user)

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

    def params(self, number: int) -> dict[str, Scalar] | None:
        """The values that trial ``number`` was given, or None where it was not asked yet."""
        known = self._known.get(number)
        return None if known is None else dict(known.params)

    def sampler_attributes(self, number: int) -> dict[str, Any]:
        """What the sampler kept of trial ``number`` when it was asked; empty if it was not."""
        known = self._known.get(number)
        return {} if known is None else sampler_attributes(known)

    def reported_epochs(self, number: int) -> int:
        """The last epoch of trial ``number`` that was reported when the record was opened, or 0."""
        trial = self._trials.get(number)
        return 0 if trial is None else max(trial.intermediate_values, default=0)

    def asked(self, trial: FrozenTrial, walk: optuna.Study) -> None:
        """Write down a new trial with its values and attributes; one transaction.

        Args:
            walk: The study in memory, here and below.
        """
        there = self._trials.get(trial.number)
        if there is None:
            written = _sealed(trial)
            with self._writing():
                written._trial_id = self._database.storage.create_new_trial(self._study_id, written)
            self._trials[trial.number] = written
        elif there._system_attrs.get(ASKED) != asked_seal(_named(trial)):
            self._rebuild(walk.get_trials(deepcopy=False))

    def reported(self, number: int, epoch: int, value: float, walk: optuna.Study) -> None:
        """Write down the best value so far of a trial."""
        there = self._trials[number]
        if there.intermediate_values.get(epoch) == value:
            return
        if there.state.is_finished() or epoch in there.intermediate_values:
            self._rebuild(walk.get_trials(deepcopy=False))
            return
        with self._writing():
            storage = self._database.storage
            storage.set_trial_intermediate_value(there._trial_id, epoch, value)

    def told(
        self, number: int, state: TrialState, attributes: Mapping[str, Any], walk: optuna.Study
    ) -> None:
        """Write down how a trial ended."""
        there = self._trials[number]
        ended = _named(walk.get_trials(deepcopy=False)[number])
        seal = told_seal(ended)
        if there.state.is_finished():
            if there._system_attrs.get(TOLD) != seal:
                self._rebuild(walk.get_trials(deepcopy=False))
            return
        values = None if ended.value is None else [ended.value]
        storage = self._database.storage
        with self._writing():
            for key, attribute in for_people(attributes).items():
                storage.set_trial_user_attr(there._trial_id, key, attribute)
            storage.set_trial_system_attr(there._trial_id, TOLD, seal)
            storage.set_trial_state_values(there._trial_id, state, values)
        there.state = state

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Tell what SQLite says where it fails."""
        try:
            yield
        except FAILURES as error:
            raise damaged(self._path, reason(error)) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Tell what SQLite says where it fails; the transaction is not in the record then."""
        self.guard()
        try:
            yield
        except FAILURES as error:
            raise RecordError(
                f"{self._path} must be readable and writable, got: {reason(error)}; what was "
                f"recorded before is kept. Run the same command to continue"
            ) from error

    def _ordered(self) -> list[FrozenTrial]:
        with self._reading():
            return self._database.storage.get_all_trials(self._study_id, deepcopy=False)

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._database = Database(self._path)
        except FAILURES as error:
            raise RecordError(
                f"{self._path} must be a record of hpsearch, got: {reason(error)}; "
                f"move it away to start over"
            ) from error
        try:
            self._facts = Facts(self._database.engine)
            with self._reading():
                self._study_id = self._find_or_create()
                self._check_version()
            self._trials = {trial.number: trial for trial in self._ordered()}
        except BaseException:
            self.close()
            raise

    def _find_or_create(self) -> int:
        storage = self._database.storage
        studies = {study.study_name: study._study_id for study in storage.get_all_studies()}
        facts = self._facts.read()[0] if self._facts.exist() else {}
        if self._study in studies:
            found = studies[self._study]
        elif len(studies) == 1 and facts.get("study") == self._study:
            (found,) = studies.values()  # renamed in the dashboard
        else:
            found = storage.create_new_study([StudyDirection.MINIMIZE], self._study)
        older = "version" in storage.get_study_user_attrs(found)
        if not (self._facts.exist() or older or storage.get_n_trials(found)):
            self._facts.create({"version": VERSION, "study": self._study})
        if not older and METRIC_NAMES not in storage.get_study_system_attrs(found):
            storage.set_study_system_attr(found, METRIC_NAMES, [OBJECTIVE])
        return found

    def _check_version(self) -> None:
        """Check the layout of this record; of the first two it stands in Optuna's attributes."""
        if self._facts.exist():
            version = self._facts.read()[0].get("version", VERSION)  # or it is not whole
        else:
            version = self._database.storage.get_study_user_attrs(self._study_id).get("version")
        if version != VERSION:
            raise RecordError(
                f"{self._path} must be of version {VERSION}, got version {version}; "
                f"use the hpsearch that wrote it, or a new folder"
            )

    def _rebuild(self, trials: Sequence[FrozenTrial]) -> None:
        """Put these trials in the place of those in the file, in one transaction."""
        self.guard()
        with tempfile.TemporaryDirectory() as elsewhere:
            path = Path(elsewhere) / self._path.name
            fresh = Record(path, self._study)
            try:
                for trial in trials:
                    with fresh._writing():
                        fresh._database.storage.create_new_trial(fresh._study_id, _sealed(trial))
                self._hand_over(fresh)
            finally:
                fresh.close()
            self.close()
            with (
                self._writing(),
                closing(connect(path)) as source,
                closing(connect(self._path)) as target,
            ):
                source.backup(target)
        self._open()

    def _hand_over(self, fresh: "Record") -> None:
        """Give a new record what this one holds besides trials: facts, notes, files."""
        with self._reading():
            facts, _ = self._facts.read()
            user = self._database.storage.get_study_user_attrs(self._study_id)
        fresh._facts.write(facts)
        trials = self._ordered()
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


def _sealed(trial: FrozenTrial) -> FrozenTrial:
    """The same with the digests by which it is checked."""
    sealed = _named(trial)
    seals = {**sampler_attributes(sealed), ASKED: asked_seal(sealed)}
    if sealed.state.is_finished():
        seals[TOLD] = told_seal(sealed)
    sealed._system_attrs = seals
    return sealed


def _with_trial_id(key: str, ids: Mapping[int, int]) -> str:
    """A key of the dashboard's with the trial's new id: ``dashboard:7:note_ver``."""
    found = re.match(r"(dashboard:(?:artifacts:)?)(\d+):", key)
    if found is None:
        return key
    known = int(found[2])  # or of a trial that is still to come
    return f"{found[1]}{ids.get(known, known)}:{key[found.end() :]}"
