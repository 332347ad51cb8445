"""A look at all rows of a file: how it is written, and what its columns hold."""

from pathlib import Path

from hpsearch.data.profile import Profile
from hpsearch.study.table_keys import TableKeys


def profile_file(path: Path, given: TableKeys = TableKeys()) -> Profile:
    """Look at a whole file; the same bytes give the same profile.

    Args:
        path: A file of any format that ``read_file`` takes.
        given: What is known already, and is not inferred.

    Raises:
        DataError: If the file cannot be read as a table, with all its mistakes.
    """
    raise NotImplementedError
