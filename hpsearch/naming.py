"""What a user calls a study: one name for its file and its run, for every command.

A name is looked up among study files (in ``./studies``, then those shipped) and among the runs in
``./runs``. A path is that of a study file or of a run's folder.
"""

from collections.abc import Sequence
from pathlib import Path

from hpsearch.errors import UsageError, did_you_mean
from hpsearch.record.folder import RECORD, read_folder
from hpsearch.study.finding import find_studies, find_study
from hpsearch.study.reading import read_study, read_study_text
from hpsearch.study.spec import StudySpec

RUNS = Path("runs")


def study_name(argument: str | None, option: str | None) -> str:
    """What a command's study is called, by its argument or by ``--study``.

    Raises:
        UsageError: If it is called nothing, or two things.
    """
    if argument is not None and option is not None and argument != option:
        raise UsageError(f"a command is for one study, got {argument!r} and --study {option!r}")
    called = argument or option
    if not called:
        raise UsageError(
            "name the study: its name, its .toml file or its folder, as in hpsearch status NAME"
        )
    return called


def folder_of(
    argument: str | None, option: str | None, out: Path | None, spec: StudySpec | None = None
) -> Path:
    """The folder of a command's study.

    Args:
        out: ``--out``, which is the folder.
        spec: The study, where it was read from a file: its name may be another than the file's.

    Raises:
        UsageError: If the study is called nothing, two things, or what no study is called.
    """
    if out is not None:
        return out
    called = study_name(argument, option)
    if spec is not None and called not in find_runs() and not Path(called).is_dir():
        return RUNS / spec.study.name
    return find_folder(called)


def find_runs() -> dict[str, Path]:
    """The folders in ``./runs`` in which a study was begun, by name."""
    try:
        return {path.name: path for path in sorted(RUNS.iterdir()) if _is_run(path)}
    except OSError:
        return {}


def find_spec(name: str, overrides: Sequence[str]) -> StudySpec:
    """The study of a file, or as a run recorded it, with overrides.

    Raises:
        StudyFileError: With all mistakes.
        UsageError: If there is neither, with the nearest name.
    """
    if name in find_studies():
        return read_study(find_study(name), overrides)
    if (run := _run(name)) is not None:
        return recorded_study(run, overrides)
    _refuse_unknown(name)
    return read_study(find_study(name), overrides)


def recorded_study(folder: Path, overrides: Sequence[str]) -> StudySpec:
    """The study that a run recorded, with overrides."""
    with read_folder(folder) as held:
        text = held.spec.as_toml()
    return read_study_text(text, str(folder / "study.toml"), overrides)


def find_folder(name: str) -> Path:
    """The folder of a study's run, whether it was begun or not.

    Raises:
        UsageError: If neither a study nor a run has this name.
    """
    if (run := _run(name)) is not None:
        return run
    if name.endswith(".toml"):
        return RUNS / read_study(find_study(name)).study.name
    _refuse_unknown(name)
    return RUNS / name


def _run(name: str) -> Path | None:
    """The run of a name, or the folder at a path."""
    candidates = (Path(name),) if "/" in name else (RUNS / name,)
    return next((path for path in candidates if _is_run(path)), None)


def _is_run(path: Path) -> bool:
    try:
        return (path / RECORD).is_file()
    except (OSError, ValueError):
        return False


def _refuse_unknown(name: str) -> None:
    if name.endswith(".toml") or "/" in name:
        return
    known = sorted({*find_studies(), *find_runs()})
    if name not in known:
        raise UsageError(
            f"a study is named by its file or its run, got {name!r}{did_you_mean(name, known)}; "
            f"known studies: {', '.join(known)}"
        )
