"""What the record says of rows, and that it comes back from JSON."""

import json
from dataclasses import asdict, replace

from hpsearch.data.facts import DataFacts, facts_of
from hpsearch.data.inspection import Notice
from hpsearch.data.splitting import split
from hpsearch.models.preparation import Preparation
from hpsearch.tasks.binary import BINARY
from tests.data.test_folds import cut, parts_of, table


def test_facts_name_the_columns_and_come_back_from_json() -> None:
    rows = parts_of(table())
    facts = facts_of(table(), rows, BINARY)
    assert facts.names == ("a", "b")
    assert facts.width == 2
    assert (facts.validation_rows, facts.train_rows, facts.test_rows) == (4, 10, 6)
    assert facts.notices == ()
    assert facts.encoded_widths == {}
    noticed = replace(facts, notices=(Notice("index", "It counts", ("a",), {"first": 0.0}),))
    assert DataFacts.from_json(json.loads(json.dumps(asdict(noticed)))) == noticed
    assert DataFacts.from_json(json.loads(json.dumps(asdict(facts)))) == facts


def test_which_rows_are_for_what_is_said_of_one_split_and_of_folds() -> None:
    facts = facts_of(table(), parts_of(table()), BINARY)
    assert facts.parts == "10 train, 4 validate, 6 are sealed for the test"
    folded = replace(facts, train_rows=14, validation_rows=14, folds=((7, 7),) * 4, repeats=2)
    assert folded.parts == (
        "14 train and validate in turn, in 2 folds, dealt out 2 times, 6 are sealed for the test"
    )


def test_facts_tell_the_width_of_each_encoding() -> None:
    ways = [
        Preparation(),
        *(Preparation(number_encoding="quantile_bins", bins=bins) for bins in (2, 4)),
    ]
    rows = split(table(), BINARY, cut(), ways)
    facts = facts_of(table(), rows, BINARY)
    assert [facts.width_of(way) for way in ways] == [2, 2 + 2 * 2, 2 + 2 * 4]
    again = DataFacts.from_json(json.loads(json.dumps(asdict(facts))))
    assert again == facts
    assert [fold.columns for fold in rows.folds[0].values()] == [2, 6, 10]
