"""A record built anew: other trials, and all else as it was.

It happens where the trials of the walk are others than those in the file: the number of trials was
raised and the last ones of the shorter search now have company, or somebody changed the file.
"""

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from hpsearch.record.connections import connect
from hpsearch.record.database import Database
from hpsearch.record.fact_table import FactTable
from hpsearch.record.integrity import writing
from hpsearch.record.layout import create_study
from hpsearch.record.seals import sealed


@dataclass(frozen=True, slots=True)
class Besides:
    """What a record holds besides its trials.

    Attributes:
        maximize: Whether the higher of two trials' values is the better one.
        facts: Those that are as they were written.
        system: Optuna's attributes of the study, where the dashboard keeps notes and files, by the
            ids that trials will have in a new record.
        user: Values that people see in the dashboard.
    """

    maximize: bool
    facts: Mapping[str, Any]
    system: Mapping[str, Any]
    user: Mapping[str, Any]


def read_besides(database: Database, study_id: int) -> Besides:
    """What a new record takes over from an open one, besides trials."""
    storage = database.storage
    facts, _ = FactTable(database.engine).read()
    trials = storage.get_all_trials(study_id, deepcopy=False)
    ids = {trial._trial_id: trial.number + 1 for trial in trials}  # as a new record counts
    attributes = storage.get_study_system_attrs(study_id)
    system = {_with_trial_id(key, ids): value for key, value in attributes.items()}
    for trial in trials:  # files that were uploaded while it ran
        for key, value in trial._system_attrs.items():
            if key.startswith("artifacts:"):
                system[f"dashboard:{key.replace(':', f':{trial.number + 1}:')}"] = value
    maximize = storage.get_study_directions(study_id) == [StudyDirection.MAXIMIZE]
    return Besides(maximize, facts, system, storage.get_study_user_attrs(study_id))


def replace_content(
    path: Path,
    study: str,
    trials: Sequence[FrozenTrial],
    besides: Besides,
    guard: Callable[[], None],
) -> None:
    """Put these trials in the place of those in a file, in one transaction.

    Args:
        path: The file; this process has it not open.
        trials: With attributes as the search names them, or as people read them.
        guard: As for ``writing``.

    Raises:
        RecordError: If it can't be written; it is as it was then.
    """
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / path.name
        with writing(fresh, guard):
            _write(fresh, study, trials, besides)
        with writing(path, guard), closing(connect(fresh)) as source, closing(connect(path)) as old:
            source.backup(old)


def _write(path: Path, study: str, trials: Sequence[FrozenTrial], besides: Besides) -> None:
    with closing(Database.create(path)) as database:
        study_id = create_study(database, study, maximize=besides.maximize)
        for trial in trials:
            database.storage.create_new_trial(study_id, sealed(trial))
        FactTable(database.engine).write(besides.facts)
        database.write_attributes(study_id, besides.system, besides.user)


def _with_trial_id(key: str, ids: Mapping[int, int]) -> str:
    """A key of the dashboard's with the trial's new id: ``dashboard:7:note_ver``."""
    match = re.match(r"(dashboard:(?:artifacts:)?)(\d+):", key)
    if match is None:
        return key
    trial_id = int(match[2])  # or of a trial that is still to come
    return f"{match[1]}{ids.get(trial_id, trial_id)}:{key[match.end() :]}"
