"""How cells of columns of known kinds are taken: as given, or else as a look at all rows finds."""

from hpsearch.data.profile import Profile
from hpsearch.data.sources.files.cells import Cells
from hpsearch.data.sources.files.profiling import profile_relation
from hpsearch.data.sources.files.relation import Relation
from hpsearch.study.table_keys import TableKeys

__all__ = ["cells_for", "cells_given", "cells_of", "says_cells"]


def says_cells(relation: Relation, given: TableKeys) -> bool:
    """Whether all is given that says how cells of known kinds are taken."""
    if relation.dialect is None:
        return True
    dates = given.day_first is None and "date" in (given.columns or {}).values()
    return given.decimal is not None and given.missing is not None and not dates


def cells_for(relation: Relation, given: TableKeys) -> Cells:
    """How cells of an open file are taken; all its rows are looked at if need be."""
    if says_cells(relation, given):
        return cells_given(given)
    return cells_of(profile_relation(relation, given), given)


def cells_given(given: TableKeys) -> Cells:
    """How cells are taken by what is given alone."""
    return Cells(given.decimal or ".", given.missing or (), given.day_first or False)


def cells_of(profile: Profile, given: TableKeys) -> Cells:
    """How cells are taken by what was found in a file."""
    dialect = profile.dialect
    if dialect is None:
        return cells_given(given)
    return Cells(dialect.decimal, dialect.missing, dialect.day_first)
