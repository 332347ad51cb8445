"""What the record says of rows, and that it comes back from JSON."""

import json
from dataclasses import asdict

from hpsearch.data.facts import DataFacts, facts_of
from hpsearch.tasks.binary import BINARY
from tests.data.test_folds import parts_of, table


def test_facts_name_the_columns_and_come_back_from_json() -> None:
    rows = parts_of(table())
    facts = facts_of(table(), rows, BINARY)
    assert facts.names == ("a", "b")
    assert facts.width == 2
    assert (facts.validation_rows, facts.train_rows, facts.test_rows) == (4, 10, 6)
    assert DataFacts.from_json(json.loads(json.dumps(asdict(facts)))) == facts
