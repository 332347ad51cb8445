"""The rows of a study: where they come from, and how they are cut."""

import os
from dataclasses import replace
from pathlib import Path

from hpsearch.arrays import DamagedError
from hpsearch.data.cutting import cut_rows
from hpsearch.data.cutting.keys import row_weights
from hpsearch.data.folds import Split
from hpsearch.data.inspection import inspect_rows
from hpsearch.data.kept import read_kept_rows
from hpsearch.data.load import load
from hpsearch.data.room import Room
from hpsearch.data.splitting import split
from hpsearch.data.table import Table
from hpsearch.data.weights import Weighting
from hpsearch.errors import RecordError
from hpsearch.models.preparation import preparations_of
from hpsearch.progress import SILENT, View
from hpsearch.record.folder import rows_file
from hpsearch.record.study_file import written_spec
from hpsearch.study.spec import StudySpec


def read_rows(spec: StudySpec, out: Path, data: Path | None, view: View) -> Table:
    """The rows that a study runs on.

    Args:
        out: The study's folder, begun or not. Its rows are taken where neither ``data`` nor a
            changed ``[data]`` section names others.
        data: A file of rows named by the user, before the study's own source.
        view: Gets what must be said of the source, and how many rows were read of it.

    Raises:
        DataError: If the source cannot be used.
        UsageError: If a file is named for rows that the study simulates.
    """
    begun, kept = written_spec(out), rows_file(out)
    room = Room.of(os.environ, view.tell)
    if data is None and begun is not None and begun.data == spec.data:
        try:
            return read_kept_rows(kept, room)
        except DamagedError as error:
            view.tell(f"{kept} is damaged: {error}; the rows are read again")
        except FileNotFoundError:
            pass
    table = load(
        spec.data,
        data,
        task=spec.task,
        seed=spec.study.seed,
        tell=view.tell,
        progress=view.rows,
        room=room,
    )
    view.rows(len(table), len(table))
    return table


def recorded_rows(folder: Path, view: View = SILENT) -> Table:
    """The rows that a study's folder keeps.

    Raises:
        RecordError: If they are missing or damaged.
    """
    try:
        return read_kept_rows(rows_file(folder), Room.of(os.environ, view.tell))
    except (FileNotFoundError, DamagedError) as error:
        reason = "missing" if isinstance(error, FileNotFoundError) else f"damaged: {error}"
        raise RecordError(
            f"{rows_file(folder)}, the study's rows, is {reason}; "
            f"hpsearch optimize writes it again, if need be with --data"
        ) from None


def split_rows(table: Table, spec: StudySpec, view: View = SILENT) -> Split:
    """Cut rows as a study says, after a look at them.

    Raises:
        DataError: If they are too few, or the labels of a part are not the task's.
    """
    cut, weight = cut_rows(table, spec.data, spec.study.seed), spec.data.weight
    weighting = Weighting(
        None if weight is None else row_weights(table, weight), spec.training.class_weights
    )
    if weight is not None:
        cut = replace(cut, left_out=(*cut.left_out, weight))
    room = Room.of(os.environ, view.tell, view.preparing)
    rows = split(table, spec.task, cut, preparations_of(spec.space), weighting, room)
    return replace(rows, notices=inspect_rows(table, cut))
