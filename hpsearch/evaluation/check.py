"""What of a study's folder is whole, what will be trained again, and what cannot be trusted."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hpsearch.arrays import DamagedError
from hpsearch.data.kept import read_kept_rows
from hpsearch.errors import RecordError
from hpsearch.evaluation.candidates import comparison_runs
from hpsearch.evaluation.retraining import wanted_retrainings
from hpsearch.evaluation.runs import trial_run
from hpsearch.evaluation.saving import saved_models
from hpsearch.files import digest_of
from hpsearch.models.saved import making_command, model_path
from hpsearch.record.folder import StudyFolder, read_folder, rows_file
from hpsearch.record.openings import FILE, read_log, recorded_openings
from hpsearch.record.study_file import written_spec
from hpsearch.record.trial import TrialRecord
from hpsearch.training.curve import over_folds, summarize
from hpsearch.training.run import Run

#: ``whole``; ``again``: made or trained again by the next run, to the same bits; ``lost``: not to
#: be trusted, and nothing makes it again by itself.
PartCondition = Literal["whole", "again", "lost"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A part of a folder and what is known of it, in words."""

    part: str
    condition: PartCondition
    words: str


def check_folder(path: Path) -> tuple[Finding, ...]:
    """Look at every file of a study's folder; nothing is changed.

    Raises:
        RecordError: If there is no study.
    """
    try:
        with read_folder(path) as folder:
            return tuple(_check(folder))
    except RecordError as error:
        if not (path / "study.db").is_file():
            raise
        return (Finding("study.db", "lost", str(error)),)


def _check(folder: StudyFolder) -> Iterator[Finding]:
    yield _check_record(folder)
    yield _check_study_file(folder)
    yield _check_rows(folder)
    yield from _check_openings(folder)
    if folder.record.broken_trial() is None and not folder.record.broken_facts():
        yield from _check_runs(folder)
        yield from _check_models(folder)


def _check_record(folder: StudyFolder) -> Finding:
    trial, facts = folder.record.broken_trial(), folder.record.broken_facts()
    broken = [*sorted(facts), *([] if trial is None else [f"trial {trial}"])]
    if broken:
        words = f"{', '.join(broken)} is not as it was written; it is recorded again from curves/"
        return Finding("study.db", "again", words)
    return Finding("study.db", "whole", f"{len(folder.record.trials())} trials")


def _check_study_file(folder: StudyFolder) -> Finding:
    if written_spec(folder.path) == folder.spec:
        return Finding("study.toml", "whole", "as the record has it")
    return Finding("study.toml", "again", "is not what the record holds; it is restored from there")


def _check_rows(folder: StudyFolder) -> Finding:
    path = rows_file(folder.path)
    if "data" in folder.record.broken_facts():
        return Finding(path.name, "again", "the record does not tell which rows they were")
    try:
        fingerprint = read_kept_rows(path).fingerprint()
    except FileNotFoundError:
        return Finding(path.name, "again", "is missing; it is read again from where it came from")
    except DamagedError as error:
        words = f"is damaged: {error}; it is read again from where it came from"
        return Finding(path.name, "again", words)
    data = folder.record.fact("data", None)
    if data is not None and fingerprint != data["fingerprint"]:
        return Finding(path.name, "lost", "holds other rows than the study was begun on")
    return Finding(path.name, "whole", "the rows that the study runs on")


def _check_openings(folder: StudyFolder) -> Iterator[Finding]:
    if {"openings", "openings_known"} & folder.record.broken_facts():
        return
    openings = recorded_openings(folder.record)
    logged, condition = read_log(folder.path / FILE)
    count = len(openings.entries)
    count_told = f"the record tells {count} opening{'s' * (count != 1)} of the test rows"
    if not openings.known:
        words = f"{count_told}, and an earlier record was lost with its log: there may be more"
        yield Finding(FILE, "lost", words)
    elif condition != "whole" or len(logged) != count:
        words = (
            f"is {condition}; {count_told}, the log {len(logged)}; the next run makes them agree"
        )
        yield Finding(FILE, "again", words)
    else:
        yield Finding(FILE, "whole", count_told)


def _check_runs(folder: StudyFolder) -> Iterator[Finding]:
    """The learning curves of all that ended."""
    whole = 0
    for finding in (*_check_trials(folder), *_check_others(folder), *_check_states(folder)):
        if finding.condition == "whole":
            whole += 1
        else:
            yield finding
    yield Finding("curves/", "whole", f"of {whole} trainings, as the record has them")


def _check_trials(folder: StudyFolder) -> Iterator[Finding]:
    spec, classes = folder.spec, len(folder.record.fact("data", {}).get("classes", ()))
    for trial in folder.record.trials():
        if trial.state not in ("complete", "pruned"):
            continue
        yield from _check_trial(folder, trial, trial_run(spec, trial, classes))


def _check_trial(folder: StudyFolder, trial: TrialRecord, run: Run) -> Iterator[Finding]:
    """The curves of the folds that a trial came to, of which a pruned one did not come to all."""
    left, findings, summaries = trial.epochs, [], []
    for part in run.parts:
        findings.append(_check_run(folder, part))
        if findings[-1].condition != "whole":
            yield findings[-1]
            return
        curve = folder.files.history(part.name, part.identity).curve.until(left)
        left -= len(curve)
        summaries.append(summarize(curve, run.recipe.patience, run.recipe.keep))
        if not left:
            break
    if left or (trial.value is not None and over_folds(summaries).value != trial.value):
        words = f"differs from what the record says of trial {trial.number}"
        yield Finding(findings[-1].part, "again", words)
    else:
        yield from findings


def _check_others(folder: StudyFolder) -> Iterator[Finding]:
    for run in (*wanted_retrainings(folder), *comparison_runs(folder)):
        yield from (_check_run(folder, part) for part in run.parts)


def _check_run(folder: StudyFolder, run: Run) -> Finding:
    part = f"curves/{run.name}.npz"
    problem = folder.files.problem(run.name, run.identity)
    if problem:
        return Finding(part, "again", f"{problem}; it is trained again")
    return Finding(part, "whole", "")


def _check_states(folder: StudyFolder) -> Iterator[Finding]:
    for name, problem in folder.files.damaged_states():
        words = f"{problem}; what it was for is trained from the beginning"
        yield Finding(f"checkpoints/{name}", "again", words)


def _check_models(folder: StudyFolder) -> Iterator[Finding]:
    for saved in saved_models(folder.record):
        path = model_path(folder.path, saved.name)
        part = path.relative_to(folder.path).as_posix()
        if digest_of(path) == saved.digest:
            yield Finding(part, "whole", "as it was saved")
        else:
            words = f"is not as it was saved; {making_command(saved.name)} saves it again"
            yield Finding(part, "again", words)
