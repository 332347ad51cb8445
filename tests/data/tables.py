"""Raw tables for tests: columns of all kinds, with gaps, wild values and rare texts."""

import numpy as np

from hpsearch.data.columns import MISSING, Column, RawRows, number_columns
from hpsearch.data.features.bins import Bins
from hpsearch.data.features.edges import Supervision
from hpsearch.data.features.table_preprocessing import TablePreprocessing

NUMBERS = number_columns(("shift", "large", "tiny", "constant"))

MIXED = (
    Column("shift", "number"),
    Column("city", "category"),
    Column("gaps", "number"),
    Column("member", "boolean"),
    Column("day", "date"),
    Column("color", "category"),
    Column("moment", "date"),
    Column("unix", "number"),
    Column("same", "number"),
    Column("nothing", "number"),
    Column("huge", "number"),
    Column("minute", "number"),
)

WORDED = (Column("stars", "number"), Column("review", "words"), Column("city", "category"))


def number_rows(rows: int = 60) -> RawRows:
    noise = np.random.default_rng(0).normal(size=(rows, len(NUMBERS)))
    return RawRows.of_numbers(noise * [1, 1e4, 1e-3, 0] + [5, -3e4, 0, 0.1])


def mixed_rows(rows: int = 400) -> RawRows:
    """Rows of ``MIXED``; the texts of ``city`` are of very different frequency."""
    rng = np.random.default_rng(1)
    gaps = rng.exponential(size=rows)
    gaps[rng.random(rows) < 0.2] = np.nan
    member = (rng.random(rows) < 0.1).astype(float)
    member[::50] = np.nan
    day = rng.integers(-9_000, 20_000, rows).astype(float)
    day[3] = np.nan
    numbers = np.column_stack(
        [
            rng.normal(5, 1, rows),
            gaps,
            member,
            day,
            rng.uniform(15_000, 16_000, rows),
            1.7e9 + rng.integers(-600, 600, rows),
            np.full(rows, 0.1),
            np.full(rows, np.nan),
            rng.normal(size=rows) * 1e300,
            rng.normal(size=rows) * 1e-300,
        ]
    )
    cities = ("Paris", "São Paulo", "Ulm", "[UNK]", "Bonn", "unseen")
    city = rng.choice(5, rows, p=[0.6, 0.3, 0.05, 0.04, 0.01])
    city[rng.random(rows) < 0.1] = MISSING
    codes = np.column_stack([city, rng.integers(0, 2, rows)]).astype(np.int32)
    return RawRows(numbers, codes, (cities, ("red", "blue")))


def review_rows(rows: int = 400) -> RawRows:
    """Texts of words in wild writing; the words of the last rows are in none of the first."""
    rng = np.random.default_rng(2)
    plain = ("good", "Good,", "GOOD!", "bad", "it's", "well-made", "<br />", "10/10", "tab\tbed")
    wild = ("\u00c9t\u00c9", "na\u00efve", "\x85", "a\u00a0b", "...", "x\x00y", "[UNK]")
    words = (*plain, *wild, "l\u0130ke", "\U0001f600")
    texts = [" ".join(rng.choice(words, rng.integers(0, 12))) for _ in range(rows - 5)]
    texts += [f"unseen{number} good" for number in range(5)]
    vocabulary = tuple(sorted(set(texts)))
    codes = np.array([vocabulary.index(text) for text in texts], np.int32)
    codes[7] = MISSING
    return RawRows(np.empty((rows, 0)), codes[:, None], (vocabulary,))


def worded_rows() -> RawRows:
    """Rows of ``WORDED``."""
    reviews, others = review_rows(), mixed_rows()
    codes = np.column_stack([reviews.codes, others.codes[:, :1]]).astype(np.int32)
    vocabularies = (*reviews.vocabularies, others.vocabularies[0])
    return RawRows(others.numbers[:, :1], codes, vocabularies)


def with_bins(
    rows: RawRows, columns: tuple[Column, ...], *, encoding: str, scaling: str = "standard"
) -> TablePreprocessing:
    """Fitted on rows whose target depends on a column, and on chance."""
    numeric = [column for column in columns if not column.is_text]
    plain = TablePreprocessing.fit(rows, columns, scaling)
    noise = np.random.default_rng(5).normal(size=len(rows))
    targets = (rows.numbers[:, 0] - np.nanmean(rows.numbers[:, 0]) + noise > 0).astype(np.float32)
    supervision = Supervision(targets, None, classification=True)
    return plain.with_bins(Bins.fit(rows.numbers, numeric, encoding, 7, supervision))
