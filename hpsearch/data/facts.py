"""What the record says of a study's rows."""

from dataclasses import dataclass

from hpsearch.data.table import Table
from hpsearch.study.sections import DataSection


@dataclass(frozen=True, slots=True)
class DataFacts:
    """Which rows a study ran on; ``fingerprint`` is over all of them, test rows included."""

    source: str
    description: str
    simulated: bool
    fingerprint: str
    columns: int
    train_rows: int
    validation_rows: int
    test_rows: int


def facts_of(table: Table, section: DataSection) -> DataFacts:
    """The facts of a table as ``section`` cuts it."""
    return DataFacts(
        source=table.source.kind,
        description=table.source.description,
        simulated=table.source.simulated,
        fingerprint=table.fingerprint(),
        columns=table.features.shape[1],
        train_rows=section.train,
        validation_rows=section.validation,
        test_rows=section.test,
    )
