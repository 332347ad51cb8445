"""Tables that a source has under a name, read and looked at as tables in memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hpsearch.data.columns import Column
from hpsearch.data.profile import Profile
from hpsearch.data.sources.frame_columns import texts_of
from hpsearch.data.sources.frame_profile import profile_of
from hpsearch.data.sources.frames import columns_of, table_of
from hpsearch.data.sources.left_out import count_left_out, say_left_out
from hpsearch.data.sources.source import Request, Sight
from hpsearch.data.table import Origin, Table
from hpsearch.errors import UsageError, shown

__all__ = ["NamedTable"]


@dataclass(frozen=True, slots=True, eq=False)
class NamedTable:
    """A table with the column that it was made to predict, where it says so.

    Attributes:
        frame: A data frame of pandas.
        description: One line for people: ``the 150 rows of scikit-learn's iris``.
    """

    frame: Any
    label: str | None
    description: str

    def table(self, request: Request) -> Table:
        """All its rows for a study; the study's label comes before the table's own.

        Raises:
            DataError: If a column or a label is not what the study says.
            UsageError: If neither names a label.
        """
        section = request.section
        label = section.label if isinstance(section.label, str) else self.label
        if label is None:
            raise UsageError(
                f"data.label must name the column to predict, got none, and {self.description} "
                f"say none; the columns are {', '.join(map(repr, map(str, self.frame.columns)))}"
            )
        profile = profile_of(self.frame)
        leave_out = section.leave_out or ()
        if counts := self._left_out(label, leave_out):
            request.tell(say_left_out(counts))
        table = table_of(
            self.frame,
            label=label,
            task=request.task,
            classes=section.classes or (),
            leave_out=leave_out,
            columns=_columns(profile, request, label),
            origin=Origin(section.source, self.description, simulated=False),
        )
        request.progress(len(table), len(table))
        return table

    def sight(self) -> Sight:
        """What a study file can be written from."""
        return Sight(profile_of(self.frame), self.label, self.description)

    def _left_out(self, label: str, leave_out: Sequence[str]) -> dict[str, int]:
        """Rows of each label that is left out."""
        series = columns_of(self.frame)
        if not leave_out or label not in series:
            return {}
        counts = Counter(text for text in texts_of(series[label]) if text is not None)
        return count_left_out(counts, leave_out)


def _columns(profile: Profile, request: Request, label: str) -> tuple[Column, ...]:
    """The columns to learn from, by the study or, where it is silent, as they are found."""
    given = request.section.columns or {}
    columns = []
    for column in profile.columns:
        finding = given.get(column.name, column.finding)
        if column.name == label:
            continue
        match finding:
            case "text" | "identifier":
                if column.name not in given:
                    request.tell(f"column {shown(column.name)} is left out: {column.reason}")
            case kind:
                columns.append(Column(column.name, kind))
    return tuple(columns)
