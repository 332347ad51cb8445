"""Columns that are missing in most rows."""

from collections.abc import Iterator

import numpy as np

from hpsearch.data.columns import MISSING
from hpsearch.data.cutting import Cut
from hpsearch.data.inspection.columns import numbers_of, texts_of
from hpsearch.data.inspection.notice import Notice, about, say_columns, verb
from hpsearch.data.table import Table
from hpsearch.wording import say_share

#: The share of missing rows from which a column is told.
MOST = 0.5


def find_gaps(table: Table, cut: Cut) -> Iterator[Notice]:
    """Columns with more gaps than values; those without any value are told elsewhere."""
    del cut
    shares = {
        **{column.name: float(np.isnan(values).mean()) for column, values in numbers_of(table)},
        **{column.name: float((codes == MISSING).mean()) for column, codes in texts_of(table)},
    }
    names = [name for name in table.names if MOST < shares[name] < 1]
    if names:
        most = max(shares[name] for name in names)
        upto = say_share(most) if len(names) == 1 else f"up to {say_share(most)}"
        yield Notice(
            "gaps",
            f"{say_columns(names)} {verb(names, 'is', 'are')} missing in most rows, {upto} of them",
            about(names),
            {"columns": len(names), "largest_share": most},
        )
