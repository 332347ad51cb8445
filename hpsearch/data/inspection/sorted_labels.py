"""Files whose rows stand in the order of their labels."""

from collections.abc import Iterator

import numpy as np

from hpsearch.data.cutting import Cut
from hpsearch.data.inspection.notice import Notice
from hpsearch.data.table import Table

#: Fewer rows may be in order by chance.
FEWEST_ROWS = 20


def find_sorted_labels(table: Table, cut: Cut) -> Iterator[Notice]:
    """Rows of each class in one block, or numbers that never fall or never rise."""
    labels = table.labels
    steps = np.diff(labels)
    blocks = np.count_nonzero(steps) + 1
    if len(table) < FEWEST_ROWS or blocks == 1:
        return
    if table.has_classes:
        ordered = bool(blocks == len(np.unique(labels)) and blocks <= len(table) // 2)
    else:
        ordered = bool((steps >= 0).all() or (steps <= 0).all())
    if ordered:
        in_order = bool((np.diff(cut.train) > 0).all())
        follows = (
            "and they are not shuffled, so that the parts differ; set data.shuffle = true"
            if in_order
            else "and are shuffled before they are cut; what else depends on their order, such as "
            "an index, tells the label"
        )
        yield Notice(
            "sorted_labels",
            f"The rows are sorted by their label, {follows}",
            (),
            {"blocks": int(blocks)},
        )
