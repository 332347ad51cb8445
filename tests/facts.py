"""Facts about rows that no test reads."""

from hpsearch.data.columns import number_columns
from hpsearch.data.facts import DataFacts

FACTS = DataFacts(
    source="csv",
    description="rows of a test",
    simulated=False,
    fingerprint="sha256:" + "0" * 64,
    columns=number_columns(tuple(f"column {index}" for index in range(28))),
    width=28,
    train_rows=10_000,
    validation_rows=1_000,
    test_rows=100,
    chance={"binary_crossentropy": 0.6911, "auc": 0.5},
)
