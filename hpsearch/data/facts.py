"""What the record says of a study's rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from hpsearch.data.table import Table
from hpsearch.study.sections import DataSection


@dataclass(frozen=True, slots=True)
class DataFacts:
    """Which rows a study ran on.

    Attributes:
        fingerprint: Over all rows, those of the test included.
        names: Names of the raw columns, in their order.
    """

    source: str
    description: str
    simulated: bool
    fingerprint: str
    names: tuple[str, ...]
    train_rows: int
    validation_rows: int
    test_rows: int

    @property
    def columns(self) -> int:
        """Number of raw columns."""
        return len(self.names)

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Self:
        """The facts that ``asdict`` gave, after JSON made a list of the names."""
        return cls(**{**facts, "names": tuple(facts["names"])})


def facts_of(table: Table, section: DataSection) -> DataFacts:
    """The facts of a table as ``section`` cuts it."""
    return DataFacts(
        source=table.origin.kind,
        description=table.origin.description,
        simulated=table.origin.simulated,
        fingerprint=table.fingerprint(),
        names=table.names,
        train_rows=section.train,
        validation_rows=section.validation,
        test_rows=section.test,
    )
