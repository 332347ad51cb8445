"""A study's folder: who may write to it, and that it stays with one study and one set of rows."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from hpsearch.data.facts import DataFacts
from hpsearch.errors import RecordError, UsageError
from hpsearch.files import refuse_links, sweep
from hpsearch.record.agreement import check_same_rows, check_same_study, refuse_fewer_trials
from hpsearch.record.environment import differences, environment
from hpsearch.record.histories import ProgressFiles
from hpsearch.record.holding import LOCK, hold, hold_if_free
from hpsearch.record.integrity import check_integrity, damaged
from hpsearch.record.openings import OPENINGS, reconcile
from hpsearch.record.place import Place
from hpsearch.record.record import Record
from hpsearch.record.study_file import (
    as_written,
    refuse_foreign_study,
    write_study_file,
    written_spec,
)
from hpsearch.study.reading import check_study
from hpsearch.study.spec import StudySpec
from hpsearch.study.toml import parse

#: The record's name, and that of the fact with the study as a TOML text.
RECORD, SPEC = "study.db", "spec"

#: Parts of a folder in which writes may have been cut short.
PARTS = ("", "curves", "checkpoints", "artifacts", "models")


@dataclass(frozen=True, slots=True)
class StudyFolder:
    """An open folder: the study, its record, and its curves and states.

    ``check_place`` raises ``RecordError`` where the folder is not the one that was opened.
    """

    path: Path
    spec: StudySpec
    record: Record
    files: ProgressFiles
    check_place: Callable[[], None]

    def data(self) -> DataFacts:
        """The rows that the study runs on.

        Raises:
            RecordError: If the study was stopped before it knew them.
        """
        facts = self.record.fact("data", None)
        if facts is None:
            raise RecordError(
                f"{self.path} must hold a study that has begun, got one that was stopped before "
                f"its first trial; run hpsearch optimize again"
            )
        return DataFacts.from_json(facts)

    @property
    def classes(self) -> int:
        """How many classes the study's table names; see ``data``."""
        return len(self.data().classes)

    def environments(self) -> list[dict[str, str]]:
        """Versions and hardware that the study was run on, in the order of their first use."""
        environments: list[dict[str, str]] = self.record.fact("environments", [])
        return environments

    def check_rows(self, data: DataFacts) -> None:
        """Check that rows are those that the study was begun on.

        Raises:
            StudyMismatchError: If they are others.
        """
        check_same_rows(self.path, self.record.fact("data", None), data)


def rows_file(path: Path) -> Path:
    """Where a study's folder keeps its rows."""
    return path / "rows.parquet"


@contextmanager
def write_folder(
    path: Path, spec: StudySpec, data: DataFacts, tell: Callable[[str], None] = print
) -> Iterator[StudyFolder]:
    """Open a folder to run a study in it; made if it is not there.

    What is damaged in it is removed, so that it is recorded or trained again.

    Args:
        tell: Gets a line on what is damaged, and where the study goes on with other versions or on
            other hardware.

    Raises:
        UsageError: If another process runs a study there, the folder holds files that hpsearch
            must not write over, or the study has more trials already.
        StudyMismatchError: If the folder holds another study or was begun on other rows; nothing
            in it is changed then.
        RecordError: If the record is damaged, or of another version.
    """
    _quiet_optuna()
    path.mkdir(parents=True, exist_ok=True)
    refuse_links(path)
    database = path / RECORD
    if not database.exists():
        refuse_foreign_study(path)
    with hold(path), ExitStack() as stack:
        check_integrity(database)
        if not database.is_file():
            check_same_study(path, written_spec(path), spec)
            database.touch()
        place = Place.of_folder(path, (RECORD, LOCK))
        maximize = spec.task.metric.direction == "maximize"
        opened = Record.open(database, spec.study.name, place.check, maximize=maximize)
        record = stack.enter_context(closing(opened))
        healed = _heal(path, record, tell)
        begun = recorded_spec(path, record) or written_spec(path)
        check_same_study(path, begun, spec)
        files = ProgressFiles(path, data.trained_rows, place.check)
        folder = StudyFolder(path, spec, record, files, place.check)
        folder.check_rows(data)
        refuse_fewer_trials(path, len(record.trials()), spec)
        for part in PARTS:
            sweep(path / part)
        fresh = record.fact("data", None) is None and "data" not in healed
        reconcile(path, record, fresh=fresh or OPENINGS in healed)
        record.name_objective(spec.task.objective)
        record.set_fact(SPEC, spec.as_toml())
        record.set_fact("data", asdict(data))
        _note_environment(folder, tell)
        write_study_file(path, begun, spec, tell)
        yield folder
        place.check()


@contextmanager
def read_folder(path: Path) -> Iterator[StudyFolder]:
    """Open a folder to read it, also while a study runs there, and where nothing can be written.

    The record is read as it is now. Nothing in the folder is changed.

    Raises:
        RecordError: If there is no study, or its record is damaged or has another layout.
    """
    _quiet_optuna()
    database = path / RECORD
    if not database.is_file():
        raise RecordError(
            f"{path} must be a study's folder, got no {RECORD} there; "
            f"run hpsearch optimize first, or name the folder with --out"
        )
    with closing(Record.read(database)) as record:
        spec = recorded_spec(path, record)
        if spec is None:
            raise RecordError(
                f"{path} must hold a study that has begun, got one that was stopped before it was "
                f"written down; run hpsearch optimize again"
            )
        facts = record.fact("data", None)
        rows = "" if facts is None else DataFacts.from_json(facts).trained_rows
        files = ProgressFiles(path, rows)
        yield StudyFolder(path, spec, record, files, lambda: None)


@contextmanager
def record_to_annotate(folder: StudyFolder) -> Iterator[Record | None]:
    """The record of a folder to write notes into; None while another process runs the study.

    Where the folder was opened to be read, it is held for the block, without waiting for it.
    """
    if folder.record.writable:
        yield folder.record
        return
    with hold_if_free(folder.path) as held:
        if not held:
            yield None
            return
        place = Place.of_folder(folder.path, (RECORD, LOCK))
        database, study = folder.path / RECORD, folder.spec.study.name
        with closing(Record.open(database, study, place.check)) as record:
            yield record


def recorded_spec(path: Path, record: Record) -> StudySpec | None:
    """The study that a record is of, or None where it was stopped before that was written.

    Raises:
        RecordError: If what it holds is no study.
    """
    text = record.fact(SPEC, None)
    try:
        return None if text is None else check_study(as_written(parse(text)), str(path / RECORD))
    except (ValueError, TypeError, UsageError) as error:
        raise damaged(path / RECORD, f"its study cannot be read: {error}") from None


def _heal(path: Path, record: Record, tell: Callable[[str], None]) -> frozenset[str]:
    """Remove what is damaged from a record; returns the names of the facts among it."""
    facts, trial = record.broken_facts(), record.broken_trial()
    record.heal()
    broken = [*sorted(facts), *([] if trial is None else [f"trial {trial}"])]
    if broken:
        tell(
            f"{path / RECORD} is damaged ({', '.join(broken)}); this is recorded again, "
            f"from curves/ where they have it"
        )
    return facts


def _note_environment(folder: StudyFolder, tell: Callable[[str], None]) -> None:
    """Add this environment to those of the study, and tell if it is another than the last."""
    before, now = folder.environments(), environment()
    if before and (changed := differences(before[-1], now)):
        tell(
            "the environment changed; results may differ in the last bits: "
            f"{'; '.join(f'{name} {change}' for name, change in changed.items())}"
        )
    if now not in before:
        folder.record.set_fact("environments", [*before, now])


def _quiet_optuna() -> None:
    """Optuna announces every study that is made, also those in memory."""
    logging.getLogger("optuna").setLevel(logging.WARNING)
