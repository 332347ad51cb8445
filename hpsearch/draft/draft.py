"""A study file written from a look at a table, and the same as a checked study."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from hpsearch.data.profile import ColumnProfile, Dialect, Profile
from hpsearch.draft.classes import LEAST_ROWS
from hpsearch.draft.columns import column_forms
from hpsearch.draft.entries import Entry, section_lines
from hpsearch.draft.folding import folds_of
from hpsearch.draft.scale import is_used, scale_of, width_of
from hpsearch.draft.search import search_sections, ways_of
from hpsearch.draft.table_name import TableName
from hpsearch.draft.target import Target, find_label, in_order, is_headless, target_of
from hpsearch.errors import UsageError, printable, shown
from hpsearch.study.reading import read_study_text
from hpsearch.study.spec import StudySpec
from hpsearch.study.toml import MOST_BYTES

__all__ = ["Draft", "draft_study"]

#: Shares of the rows that validate and that are sealed; the others train.
VALIDATION, TEST = 0.2, 0.2

#: Bytes of a study file, of which the study with all its defaults takes some more.
MOST_TEXT = MOST_BYTES - (64 << 10)

#: Remarks on a table that one reads.
MOST_REMARKS = 50

LEAVE_OUT = (
    f"classes of fewer than {LEAST_ROWS} rows, which not every part can have; their rows are left "
    f"out; give more, or merge classes"
)

#: What a look at a table can't tell.
OTHER_SPLITS = (
    '# group = "COLUMN" keeps rows of one value on one side of each cut, time = "COLUMN" tests the',
    '# latest rows, and part = "COLUMN" says train, validation or test in each row.',
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A study of a table.

    Attributes:
        target: What it predicts, and why.
        text: The study file.
    """

    profile: Profile
    target: Target
    text: str

    def spec(self, overrides: Sequence[str] = ()) -> StudySpec:
        """The study that the file holds, with entries of the command line over it.

        Raises:
            StudyFileError: With all mistakes of these entries.
        """
        return read_study_text(self.text, "the drafted study", overrides)

    @property
    def used(self) -> tuple[ColumnProfile, ...]:
        """The columns that networks learn from."""
        return tuple(column for column in self._others if is_used(column))

    @property
    def dropped(self) -> tuple[ColumnProfile, ...]:
        """The columns that are left out."""
        return tuple(column for column in self._others if not is_used(column))

    @property
    def _others(self) -> Iterator[ColumnProfile]:
        return (column for column in self.profile.columns if column.name != self.target.label)


def draft_study(
    table: TableName,
    profile: Profile,
    *,
    name: str,
    label: str | None,
    usual: str | None = None,
    task: str | None = None,
    classes: Sequence[str] | None = None,
    known: Collection[str] = (),
) -> Draft:
    """A study of a table, from what a look at it found; the same look gives the same study.

    Args:
        name: The study's name.
        label: The column to predict.
        usual: That which is predicted where the user names none.
        task: What it is predicted as, where the user says so.
        classes: Its classes in their order, where the user names them.
        known: Names of columns whose kinds the user gave.

    Raises:
        UsageError: If there is no such column, these are not its classes, its values can't be
            predicted, no column is left to learn from, or the kinds that the user gave are more
            than a study file holds.
    """
    if task is None and classes:
        task = "binary" if len(classes) == 2 else "multiclass"
    target = target_of(find_label(profile, label, usual), profile.rows, task)
    target = in_order(target, classes) if classes else target
    draft = Draft(profile, target, "")
    if not draft.used:
        reasons = "; ".join(f"{shown(c.name)} is left out: {c.reason}" for c in draft.dropped[:10])
        raise UsageError(
            f"a table must have a column to learn from besides {shown(target.label)}, got none"
            f"{': ' if reasons else ''}{reasons}"
        )
    train_rows = int(profile.rows * (1 - VALIDATION - TEST))
    scale = scale_of(train_rows, width_of(profile, target.label))
    ways = ways_of(draft.used, target, scale)
    columns = (*draft.used, *draft.dropped)
    for remark, kinds in column_forms(columns, known):
        noted = replace(profile, remarks=_remarks(profile, remark))
        sections = (
            _head(table, noted),
            section_lines("study", (Entry("name", name), Entry("seed", 1))),
            (*section_lines("data", _data(table, draft)), *OTHER_SPLITS),
            kinds,
            *search_sections(scale, ways, target),
        )
        text = "\n\n".join("\n".join(lines) for lines in sections) + "\n"
        if len(text.encode()) <= MOST_TEXT:
            return Draft(noted, target, text)
    raise UsageError(
        f"a study file must be at most {MOST_TEXT:,} bytes of text, got {len(text.encode()):,} for "
        f"{printable(table.text)}; give fewer kinds with --set data.columns"
    )


def _remarks(profile: Profile, remark: str) -> tuple[str, ...]:
    """What was found, as far as one reads it, and a remark on the file."""
    remarks = profile.remarks[:MOST_REMARKS]
    more = len(profile.remarks) - len(remarks)
    return (
        *remarks,
        *([f"and {more:,} more of the kind"] if more else []),
        *([remark] if remark else []),
    )


def _head(table: TableName, profile: Profile) -> Iterator[str]:
    yield f"# A study of {printable(table.text)}, drafted from its {profile.rows:,} rows."
    yield "# Change what you like; hpsearch validate checks it."
    for remark in profile.remarks:
        yield f"# {printable(remark)}"


def _data(table: TableName, draft: Draft) -> Sequence[Entry]:
    target = draft.target
    entries = [Entry("source", table.source)]
    if table.path is not None:
        whole = table.path.startswith(("/", "~"))
        entries.append(Entry("path", table.path, "" if whole else "starts at this file's folder"))
    if table.name is not None:
        entries.append(Entry("name", table.name))
    entries.append(Entry("label", _label(draft), "what is predicted"))
    entries.append(Entry("task", target.task, target.reason))
    if target.classes:
        note = "the second is the positive one" if target.task == "binary" else ""
        entries.append(Entry("classes", target.classes, note))
    if target.rare:
        entries.append(Entry("leave_out", tuple(target.rare), LEAVE_OUT))
    if draft.profile.dialect is not None:
        entries += _dialect(draft.profile.dialect, draft.profile.columns)
    entries += [
        _validation(draft),
        Entry("test", _size(TEST, draft), "sealed until the end"),
        Entry("shuffle", True, "first mix the rows, by the study's seed; false keeps their order"),
    ]
    if target.classes:
        entries.append(Entry("stratify", True, "each part has its share of each class"))
    return entries


def _validation(draft: Draft) -> Entry:
    """Which rows validate: on a small table all that are not sealed, in turn."""
    target, rows = draft.target, draft.profile.rows
    kept = rows - sum(target.rare.values())
    smallest = (target.smallest or 0) if target.classes else kept
    folds = folds_of(kept, TEST, smallest, len(target.classes))
    if folds > 1:
        why = f"a table of {kept:,} rows is too small to choose by one part of it"
        return Entry("folds", folds, f"all rows but the test's validate in turn: {why}")
    size = _size(VALIDATION, draft)
    return Entry("validation", size, f"{_unit(size)}; what is left over trains")


def _size(share: float, draft: Draft) -> float | int:
    """The size of a part: a share, or a row of each class where that is more."""
    classes = len(draft.target.classes)
    rows = draft.profile.rows - sum(draft.target.rare.values())
    return share if int(share * rows) >= classes else classes


def _unit(size: float) -> str:
    return "share of the rows" if isinstance(size, float) else "rows, one of each class"


def _label(draft: Draft) -> str | int:
    """The label as a study file names it: by its place where columns have no names."""
    if not is_headless(draft.profile):
        return draft.target.label
    return [column.name for column in draft.profile.columns].index(draft.target.label)


def _dialect(dialect: Dialect, columns: Sequence[ColumnProfile]) -> Iterator[Entry]:
    """How a file of text is written."""
    yield Entry("encoding", dialect.encoding)
    yield Entry("delimiter", dialect.delimiter)
    yield Entry("decimal", dialect.decimal)
    yield Entry("header", dialect.header, "whether the first line names the columns")
    yield Entry("missing", dialect.missing, "texts that stand for no value")
    if any(column.finding == "date" for column in columns):
        yield Entry("day_first", dialect.day_first, "whether 02/03/2024 is in March")
