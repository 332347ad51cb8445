"""The texts of an open file's columns, each with how often it comes, as a table in SQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from hpsearch.data.sources.files.pairs import pairs
from hpsearch.data.sources.files.relation import Field, Relation

#: A column is grouped if each of its texts occurs so many times or more on average.
REPEATS = 4

#: The texts that come several times, counted.
TABLE = "counted_texts"


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts of all columns that are not empty, without the spaces around them.

    A column whose texts repeat is grouped once; what is asked of it later costs no more than its
    different texts.

    Attributes:
        filled: Cells with a text, for each column.
        distinct: Different texts, about, for each column.
        grouped: Places of the columns that are grouped.
    """

    relation: Relation
    fields: Sequence[Field]
    filled: tuple[int, ...]
    distinct: tuple[int, ...]
    grouped: frozenset[int]

    def source(self, places: Collection[int]) -> str:
        """What stands behind ``FROM`` for rows of ``place``, ``text`` and ``times``."""
        grouped = [str(place) for place in places if place in self.grouped]
        single = {place: self.fields[place] for place in places if place not in self.grouped}
        parts = []
        if grouped:
            among = ", ".join(grouped)
            parts.append(f"SELECT place, text, times FROM {TABLE} WHERE place IN ({among})")
        if single:
            parts.append(f"SELECT place, text, 1 AS times FROM {_filled(self.relation, single)}")
        return f"({' UNION ALL '.join(parts)})"


def count_texts(relation: Relation, fields: Sequence[Field]) -> Texts:
    """Count texts that are not empty, and group those that repeat."""
    filled, distinct = [0] * len(fields), [0] * len(fields)
    if not fields:
        return Texts(relation, fields, (), (), frozenset())
    pairs = _filled(relation, dict(enumerate(fields)))
    counted = f"SELECT place, count(*), approx_count_distinct(text) FROM {pairs} GROUP BY place"
    for place, *found in relation.run(counted).fetchall():
        filled[place], distinct[place] = found
    grouped = {
        place: field
        for place, field in enumerate(fields)
        if distinct[place] * REPEATS <= filled[place]
    }
    if grouped:
        relation.run(
            f"CREATE OR REPLACE TEMP TABLE {TABLE} AS SELECT place, text, count(*) AS times "
            f"FROM {_filled(relation, grouped)} GROUP BY ALL"
        )
    return Texts(relation, fields, tuple(filled), tuple(distinct), frozenset(grouped))


def _filled(relation: Relation, fields: Mapping[int, Field]) -> str:
    return f"(FROM {pairs(relation, fields)} WHERE text <> '')"
