"""All questions that are asked of rows, in the order in which they are answered."""

from collections.abc import Sequence

from hpsearch.data.cutting import Cut
from hpsearch.data.inspection.constants import find_constants
from hpsearch.data.inspection.duplicates import find_duplicates
from hpsearch.data.inspection.few_test_rows import find_few_test_rows
from hpsearch.data.inspection.gaps import find_gaps
from hpsearch.data.inspection.identifiers import find_identifiers
from hpsearch.data.inspection.index_columns import find_index_columns
from hpsearch.data.inspection.notice import Notice, Question
from hpsearch.data.inspection.rare_classes import find_rare_classes
from hpsearch.data.inspection.sole_predictors import find_sole_predictors
from hpsearch.data.inspection.sorted_labels import find_sorted_labels
from hpsearch.data.table import Table

#: What spoils a result most comes first.
QUESTIONS: tuple[Question, ...] = (
    find_index_columns,
    find_sole_predictors,
    find_duplicates,
    find_sorted_labels,
    find_few_test_rows,
    find_rare_classes,
    find_identifiers,
    find_constants,
    find_gaps,
)


def inspect_rows(
    table: Table, cut: Cut, questions: Sequence[Question] = QUESTIONS
) -> tuple[Notice, ...]:
    """What people should know of the rows of a study before anything is trained on them.

    Features of test rows are compared with those of the others; labels of test rows are counted,
    and never held against a feature.
    """
    features = table.without(cut.left_out)
    return tuple(notice for question in questions for notice in question(features, cut))
