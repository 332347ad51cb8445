"""How a text is written, inferred from its beginning: delimiter, quotes and header."""

from collections import Counter
from collections.abc import Sequence

from hpsearch.data.profile import Dialect
from hpsearch.data.sources.files.records import first_records
from hpsearch.data.sources.files.words import is_missing, is_number, is_typed
from hpsearch.study.table_keys import TableKeys

#: Delimiters, the likeliest first.
DELIMITERS = (",", ";", "\t", "|", ":", " ", "^", "~")

#: How much of a text is looked at for its dialect.
SAMPLE_BYTES = 1 << 18
SAMPLE_RECORDS = 1_000
SAMPLE_FIELDS = 50_000

Rows = Sequence[Sequence[str]]


def infer_dialect(sample: bytes, given: TableKeys, encoding: str) -> Dialect:
    """The dialect of a text by its beginning, which ends with a whole line.

    The delimiter is that which gives most lines the same number of fields, and of several such
    the one whose fields are most often numbers, dates or booleans.
    """
    delimiters = DELIMITERS if given.delimiter is None else (given.delimiter,)
    _, dialect, rows = max(
        (
            (_score(rows := first_records(sample, form, SAMPLE_RECORDS)), form, rows)
            for delimiter in delimiters
            for form in [Dialect(encoding, delimiter, quote=_quote(sample, delimiter))]
        ),
        key=lambda scored: scored[0],
    )
    header = is_header(rows, dialect.delimiter) if given.header is None else given.header
    return Dialect(
        encoding,
        dialect.delimiter,
        given.decimal or ".",
        dialect.quote,
        header,
        given.missing or (),
        given.day_first or False,
    )


def _quote(sample: bytes, delimiter: str) -> str:
    """The quote; none where quotes are there and no field begins with one, as for inches."""
    begun = (b'\n"', delimiter.encode() + b'"')
    mere = b'"' in sample and not sample.startswith(b'"')
    return "" if mere and not any(start in sample for start in begun) else '"'


def _score(rows: Rows) -> float:
    """How well rows fit a table, 0 or more."""
    rows = [row for row in rows if row]
    if not rows:
        return 0.0
    width, count = Counter(len(row) for row in rows).most_common(1)[0]
    if width < 2:
        return 0.0
    whole = [row for row in rows if len(row) == width]
    fields = [field for row in whole[: max(2, SAMPLE_FIELDS // width)] for field in row if field]
    strays = sum('"' in field for field in fields)
    decimals = (".", ",")
    typed = max(sum(is_typed(field, decimal) for field in fields) for decimal in decimals)
    return (count / len(rows)) ** 2 * (1 + (typed - strays) / max(len(fields), 1))


def is_header(rows: Rows, delimiter: str) -> bool:
    """Whether the first of some rows names the columns, and is not data, maybe with a gap.

    It is data where it fits columns of numbers, dates or booleans oftener than not. Where these
    say nothing, it is a header if its texts differ and none of them comes again in its column.
    """
    if not rows:
        return True
    first, rest = rows[0], rows[1:]
    rest = [row for row in rest if len(row) == len(first)]
    decimal = "," if delimiter != "," else "."

    def fits(field: str) -> bool:
        return is_typed(field) or is_typed(field, decimal)

    if not rest:
        return not any(is_number(field) or is_number(field, decimal) for field in first)
    same, other, repeated = 0, 0, False
    for place, field in enumerate(first):
        below = [row[place] for row in rest if not is_missing(row[place])]
        if below and sum(map(fits, below)) > 0.9 * len(below):
            same += fits(field)
            other += not fits(field) and not is_missing(field)
        elif field and field in below:
            repeated = True
    if same or other:
        return other > same
    named = [field for field in first if field]
    return not repeated and len(set(named)) == len(named) and not any(map(fits, named))
