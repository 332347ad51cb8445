"""Tables that a source has under a name, read and looked at as tables in memory."""

from dataclasses import dataclass
from typing import Any

from hpsearch.data.columns import Column
from hpsearch.data.sources.frame_profile import profile_of
from hpsearch.data.sources.frames import table_of
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
        table = table_of(
            self.frame,
            label=label,
            task=request.task,
            classes=section.classes or (),
            columns=self._columns(request, label),
            origin=Origin(section.source, self.description, simulated=False),
        )
        request.progress(len(table), len(table))
        return table

    def _columns(self, request: Request, label: str) -> tuple[Column, ...]:
        """The columns to learn from, by the study or, where it is silent, as they are found."""
        given = request.section.columns or {}
        columns = []
        for column in profile_of(self.frame).columns:
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

    def sight(self) -> Sight:
        """What a study file can be written from."""
        return Sight(profile_of(self.frame), self.label, self.description)
