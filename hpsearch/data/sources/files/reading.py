"""A file as a ``Table``: its columns by kind, its label as classes or numbers."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np

from hpsearch.data.columns import Column, Kind, RawRows
from hpsearch.data.gathering import gathered_rows
from hpsearch.data.profile import Profile
from hpsearch.data.room import IN_MEMORY, Room
from hpsearch.data.sources.files.cells import Cells
from hpsearch.data.sources.files.known_cells import (
    cells_for,
    cells_given,
    cells_of,
    says_cells,
)
from hpsearch.data.sources.files.label_values import LabelValues, read_classes
from hpsearch.data.sources.files.labels import find_label, listed
from hpsearch.data.sources.files.mistakes import file_error
from hpsearch.data.sources.files.profiling import profile_relation
from hpsearch.data.sources.files.relation import Field, Relation, open_relation
from hpsearch.data.sources.files.values import Chosen, read_values
from hpsearch.data.sources.left_out import say_left_out
from hpsearch.data.sources.source import RowProgress
from hpsearch.data.table import Origin, Table
from hpsearch.errors import DataError, did_you_mean, named, printable, shown
from hpsearch.study.sections import SourceName
from hpsearch.study.table_keys import INFERRED, TableKeys
from hpsearch.tasks.task import Task

__all__ = ["read_columns", "read_file"]

#: Places that are told of rows that are left out.
MOST_PLACES = 5

#: Columns that are left out for a reason, or remarks, that are told one by one.
MOST_REMARKS = 12


def read_file(
    path: Path,
    *,
    label: int | str,
    task: Task,
    given: TableKeys = INFERRED,
    rows: int | None = None,
    progress: RowProgress,
    tell: Callable[[str], None],
    source: SourceName = "file",
    room: Room = IN_MEMORY,
) -> Table:
    """Read a table from a file; what ``given`` leaves out is inferred from the rows that are read.

    Args:
        path: CSV of any dialect, plain or packed; Parquet; a NumPy archive of arrays.
        label: The label's column, by name or counted from 0.
        task: Whether labels are classes or numbers.
        given: How the file is read; a study's ``[data]`` will do.
        rows: How many to read from the top; None reads all.
        progress: Called with rows read so far.
        tell: Takes a line for each column that is left out and each remark.
        source: The name of the source in the table's origin.
        room: For the values of rows.

    Raises:
        DataError: With all mistakes of the file, the first twenty of many.
    """
    with open_relation(path, given, rows, progress) as relation:
        _refuse_short(relation, rows)
        place = find_label(relation, label)
        if len(relation.fields) < 2:
            raise DataError(
                f"{named(path)} must have a label and at least 1 other column, got only "
                f"{listed(relation.names)}{_delimiter_hint(relation)}"
            )
        _refuse_unknown(relation, given)
        kinds, cells, remarks = _kinds(relation, given, place)
        for remark in remarks:
            tell(f"{printable(path.name)}: {remark}")
        chosen = [(field, kind) for field, kind in kinds if field is not relation.fields[place]]
        if not chosen:
            raise DataError(
                f"{named(path)} must have a column to predict {shown(relation.names[place])} from, "
                f"got none that is a number, boolean, category or date; set kinds in data.columns"
            )
        labels, raw = _read(
            relation, relation.fields[place], chosen, cells, task, given, room, progress
        )
        for message in _say_unused(relation, labels):
            tell(f"{printable(path.name)}: {message}")
        if labels.unused.any():
            raw = gathered_rows(raw, np.flatnonzero(~labels.unused), room)
        columns = tuple(Column(field.name, kind) for field, kind in chosen)
        which = "all" if rows is None else "the first"
        description = f"{which} {len(raw):,} rows of {printable(path.name)}"
        origin = Origin(source, description, simulated=False)
        return Table(raw, labels.values[~labels.unused], columns, origin, labels.classes)


def read_columns(path: Path, columns: tuple[Column, ...], given: TableKeys = INFERRED) -> RawRows:
    """Read known columns of a file by their names, in this order; others are ignored.

    Raises:
        DataError: With all mistakes of the file, or with the columns that are missing.
    """
    with open_relation(path, given, None, lambda done, total: None) as relation:
        fields = {field.name: field for field in relation.fields}
        absent = [column.name for column in columns if column.name not in fields]
        if absent:
            raise DataError(
                f"{named(path)} must have the columns {listed(absent)}, which are not there"
                f"{did_you_mean(absent[0], fields)}; its columns are {listed(relation.names)}"
            )
        known = {column.name: column.kind for column in columns}
        cells = cells_for(relation, given.model_copy(update={"columns": known}))
        chosen = [(fields[column.name], column.kind) for column in columns]
        values = read_values(relation, chosen, cells)
        if values.mistakes:
            raise file_error(path, values.mistakes, values.untold)
        return values.rows


def _refuse_short(relation: Relation, rows: int | None) -> None:
    """Refuse a file without the rows that are asked for, or one that ends in the middle."""
    path, count = named(relation.path), relation.rows
    broken = relation.spool.broken if relation.spool else None
    if rows is not None and count < rows:
        why = f" (the file {broken})" if broken else ""
        raise DataError(
            f"{path} is too short: the study asks for {rows:,} rows, got {count:,}{why}; "
            f"lower data.validation, data.train or data.test, or give a longer file"
        )
    if broken and rows is None:
        raise DataError(
            f"{path} {broken} after {count:,} whole rows; fetch or pack it again, "
            f"or ask for no more rows than these"
        )
    if not count:
        raise DataError(f"{path} has no rows under its header; give at least 1")


def _delimiter_hint(relation: Relation) -> str:
    dialect = relation.dialect
    return f" separated by {shown(dialect.delimiter)}; set data.delimiter" if dialect else ""


def _refuse_unknown(relation: Relation, given: TableKeys) -> None:
    """Refuse kinds of columns that are not there: they were meant for others."""
    names = set(relation.names)
    unknown = [name for name in given.columns or {} if name not in names]
    if unknown:
        raise DataError(
            f"data.columns names {listed(unknown)}, which {named(relation.path)} does not have"
            f"{did_you_mean(unknown[0], relation.names)}; its columns are {listed(relation.names)}"
        )


def _kinds(
    relation: Relation, given: TableKeys, label: int
) -> tuple[list[Chosen], Cells, list[str]]:
    """The columns that are read, with their kinds; how their cells are taken; what to tell."""
    known = given.columns or {}
    features = [field for place, field in enumerate(relation.fields) if place != label]
    if all(field.name in known for field in features) and says_cells(relation, given):
        return _chosen(features, known), cells_given(given), []
    profile = profile_relation(relation, given)
    findings = {column.name: column.finding for column in profile.columns}
    remarks = _remarks(profile, relation.fields[label].name, known)
    return _chosen(features, findings), cells_of(profile, given), remarks


def _chosen(fields: Sequence[Field], findings: Any) -> list[Chosen]:
    return [
        (field, findings[field.name]) for field in fields if findings[field.name] in get_args(Kind)
    ]


def _remarks(profile: Profile, label: str, known: Any) -> list[str]:
    """What is told of a table that was looked at: what is left out, and why."""
    left_out = [
        f"column {shown(column.name)} is left out: {column.reason}"
        for column in profile.columns
        if column.reason and column.name != label and column.name not in known
    ]
    remarks = [remark for remark in profile.remarks if not remark.startswith(f"{shown(label)} ")]
    told = [*left_out[:MOST_REMARKS], *remarks[:MOST_REMARKS]]
    more = len(left_out) + len(remarks) - len(told)
    return [*told, *([f"and {more:,} more of the kind"] if more else [])]


def _read(
    relation: Relation,
    label: Field,
    chosen: Sequence[Chosen],
    cells: Cells,
    task: Task,
    given: TableKeys,
    room: Room,
    progress: RowProgress,
) -> tuple[LabelValues, RawRows]:
    """Labels and columns, read together."""
    kind: Kind = "category" if task.classification else "number"
    values = read_values(relation, [(label, kind), *chosen], cells, room, progress)
    raw = values.rows
    if kind == "number":
        targets = np.ascontiguousarray(raw.numbers[:, 0])
        rows = RawRows(raw.numbers[:, 1:], raw.codes, raw.vocabularies)
        labels = LabelValues(targets, np.isnan(targets), np.isnan(targets))
    else:
        rows = RawRows(raw.numbers, raw.codes[:, 1:], raw.vocabularies[1:])
        labels = read_classes(relation, label, raw, task, given)
    mistakes = [*labels.mistakes, *values.mistakes]
    if mistakes:
        raise file_error(relation.path, mistakes, values.untold)
    if labels.unused.all():
        raise DataError(
            f"{named(relation.path)} must have rows with a label in {shown(label.name)}, got none; "
            f"name another data.label"
        )
    return labels, rows


def _say_unused(relation: Relation, labels: LabelValues) -> Iterator[str]:
    """How many rows are left out for their label, and where those without one are."""
    if labels.left_out:
        yield say_left_out(labels.left_out)
    rows = [int(row) for row in np.flatnonzero(labels.missing)]
    if len(rows) == 1:
        yield f"1 row without a label is left out: {relation.places(rows)[0]}"
    elif rows:
        first = ", ".join(map(str, relation.places(rows[:MOST_PLACES])))
        more = ", …" if len(rows) > MOST_PLACES else ""
        yield f"{len(rows):,} rows without a label are left out: {first}{more}"
