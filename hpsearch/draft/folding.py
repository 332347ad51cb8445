"""How many folds fit a table: on few rows one part that validates is too small to choose by."""

import math

from hpsearch.data.cutting.sizes import PARTS
from hpsearch.data.cutting.strata import ENOUGH
from hpsearch.study.cutting import FEW_ROWS, LEAST_ROWS, USUAL_FOLDS

__all__ = ["folds_of"]


def folds_of(rows: int, test: float, smallest: int, classes: int = 0) -> int:
    """How many folds a table is to have; 1 where it is large, or a class is too small for two.

    Args:
        rows: Of the table.
        test: The share of them, and of each class, that is sealed.
        smallest: Rows of the smallest class, of which each fold needs one to validate; of a number
            all rows.
        classes: How many there are, of which the test has two rows each where rows suffice; 0 of a
            number.
    """
    if rows >= FEW_ROWS:
        return 1
    if PARTS * ENOUGH * classes <= rows:
        test = max(test, ENOUGH * classes / rows)
    sealed = max(math.ceil(test * smallest), min(ENOUGH, smallest // PARTS))
    most = min(smallest - sealed, (rows - math.ceil(test * rows)) // LEAST_ROWS)
    return min(USUAL_FOLDS, most) if most > 1 else 1
