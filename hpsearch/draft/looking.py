"""From the name of a table to the draft of a study: the table is looked at once, as a whole."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hpsearch.data.sources.files.profiling import profile_file
from hpsearch.data.sources.registry import SOURCES
from hpsearch.data.sources.source import Sight
from hpsearch.draft.draft import Draft, draft_study
from hpsearch.draft.table_name import TableName
from hpsearch.errors import UsageError, did_you_mean, named, shown
from hpsearch.study.overrides import override
from hpsearch.study.reading import SHORT_FORMS
from hpsearch.study.table_keys import TableKeys

__all__ = ["draft_of"]


def draft_of(
    table: TableName,
    *,
    name: str,
    label: str | None,
    given: Sequence[str] = (),
    tell: Callable[[str], None],
    study_folder: Path | None = None,
) -> Draft:
    """Look at a table and draft a study of it.

    Args:
        name: The study's name.
        label: The column to predict; see ``find_label``.
        given: ``section.key=value`` entries of the command line; what those of ``[data]`` say of
            the file and its columns is not inferred.
        tell: Takes a line for the user.
        study_folder: The folder of the study file, from which a path in it starts; None for that
            in which hpsearch runs.

    Raises:
        DataError: If the table can't be read.
        UsageError: If there is no such table, or its label can't be predicted.
    """
    entries = _data_entries(given)
    keys = _table_keys(entries)
    sight = _sight(table, keys, tell)
    return draft_study(
        table if study_folder is None else table.seen_from(study_folder),
        sight.profile,
        name=name,
        label=label if label is not None else _text(entries, "label"),
        usual=sight.label,
        task=_text(entries, "task"),
        classes=keys.classes,
        known=keys.columns or {},
    )


def _sight(table: TableName, keys: TableKeys, tell: Callable[[str], None]) -> Sight:
    if table.path is None:
        look, name = SOURCES[table.source].look, table.name or ""
        if look is None:
            raise UsageError(f"{table.source} has no tables by name, got {shown(name)}")
        return look(name, tell)
    path = Path(table.path)
    _check_there(path)
    return Sight(profile_file(path, keys), None, path.name)


def _check_there(path: Path) -> None:
    """Check that there is a file, or name the nearest one."""
    try:
        path.stat()
    except (OSError, ValueError):
        try:
            files = sorted(file.name for file in path.parent.iterdir() if file.is_file())
        except (OSError, ValueError):
            files = []
        raise UsageError(
            f"a table is named by its file, and there is no file {named(path)}"
            f"{did_you_mean(path.name, files)}"
        ) from None


def _data_entries(given: Sequence[str]) -> dict[str, Any]:
    """The entries of ``[data]`` on a command line; mistakes in them are told with the study's."""
    tables: dict[str, Any] = {}
    override(tables, given, SHORT_FORMS)
    data = tables.get("data", {})
    return data if isinstance(data, dict) else {}


def _table_keys(entries: Mapping[str, Any]) -> TableKeys:
    known = {key: value for key, value in entries.items() if key in TableKeys.model_fields}
    try:
        return TableKeys.model_validate(known)
    except ValidationError:
        return TableKeys()


def _text(entries: Mapping[str, Any], key: str) -> str | None:
    value = entries.get(key)
    return value if isinstance(value, str) else None
