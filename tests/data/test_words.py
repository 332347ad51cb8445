"""Texts of words: which words get a feature, and that CSV files and data frames may hold them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hpsearch.data.columns import Column, RawRows
from hpsearch.data.features import words
from hpsearch.data.features.words import Words, words_in
from hpsearch.data.inspection.identifiers import find_identifiers
from hpsearch.data.sources.files.reading import read_file
from hpsearch.data.sources.files.streaming import stream_columns
from hpsearch.data.sources.frames import table_of
from hpsearch.data.table import Table
from hpsearch.study.table_keys import TableKeys
from hpsearch.tasks.binary import BINARY
from tests.data.inspection.tables import mixed

TEXTS = ("A good, good film", "bad film", "The best? Bad.", "film")


def fit(*texts: str) -> Words:
    return Words.fit(np.arange(len(texts), dtype=np.int32), texts, "review")


def has(fitted: Words, *texts: str) -> list[list[int]]:
    """The features of texts."""
    ones = np.zeros((len(texts), len(fitted.features)), np.uint8)
    ones[fitted.ones(texts)(np.arange(len(texts), dtype=np.int32))] = 1
    return ones.tolist()


def test_words_are_lower_case_without_punctuation() -> None:
    assert words_in("It's GOOD!<br />Well-made\t(10/10)") == [
        *(b"its", b"goodbr", b"wellmade", b"1010"),
    ]
    assert words_in("\u00c9T\u00c9") == ["\u00c9t\u00c9".encode()]
    assert words_in(" ... ") == []


def test_the_most_frequent_words_come_first_and_equals_in_order() -> None:
    assert fit(*TEXTS).words == ("film", "bad", "good", "a", "best", "the")
    assert fit(*TEXTS).features[:2] == ("review has film", "review has bad")


def test_only_so_many_words_get_a_feature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "MOST", 2)
    assert fit(*TEXTS).words == ("film", "bad")


def test_a_word_is_there_or_not_however_often_and_unknown_ones_are_not() -> None:
    fitted = fit(*TEXTS)
    assert has(fitted, "Film, film! A masterpiece", "", "unknown") == [
        [1, 0, 0, 1, 0, 0],
        [0] * 6,
        [0] * 6,
    ]


def test_texts_without_any_word_give_no_features() -> None:
    fitted = fit("...", "")
    assert fitted.features == ()
    assert fitted.nodes(0) == ()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = pd.DataFrame({"review": [*TEXTS, ""] * 30, "label": [1, 0, 1, 0, 1] * 30})
    rows.to_csv(tmp_path / "reviews.csv", index=False)
    return tmp_path / "reviews.csv"


REVIEW = (Column("review", "words"),)
GIVEN = TableKeys(columns={"review": "words"})


def read(file: Path) -> Table:
    return read_file(
        file,
        label="label",
        task=BINARY,
        given=GIVEN,
        progress=lambda done, total: None,
        tell=lambda line: None,
    )


def test_a_file_may_have_texts_of_words(file: Path) -> None:
    table = read(file)
    assert table.columns == REVIEW
    assert table.raw.texts()[:5, 0].tolist() == [*TEXTS, ""]


def test_new_rows_of_a_file_are_streamed_as_texts(file: Path) -> None:
    with stream_columns(file, REVIEW, TableKeys()) as stream:
        (block,) = stream.blocks
    assert block.texts()[:5, 0].tolist() == [*TEXTS, ""]
    assert stream.ignored == ("label",)


def test_a_data_frame_may_have_texts_of_words() -> None:
    frame = pd.DataFrame({"review": TEXTS, "label": [1, 0, 1, 0]})
    table = table_of(frame, label="label", task=BINARY, columns=REVIEW)
    assert table.raw.texts()[:, 0].tolist() == list(TEXTS)


def test_texts_of_words_are_no_identifiers(file: Path) -> None:
    table = read(file)
    texts = tuple(f"review {number}" for number in range(len(table)))
    raw = RawRows(table.raw.numbers, np.arange(len(table), dtype=np.int32)[:, None], (texts,))
    told = [
        [*find_identifiers(Table(raw, table.labels, columns, table.origin), mixed(len(table)))]
        for columns in (REVIEW, (Column("review", "category"),))
    ]
    assert told[0] == []
    assert [notice.kind for notice in told[1]] == ["identifier"]
