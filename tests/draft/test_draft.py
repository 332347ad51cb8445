"""A drafted study file reads back, and says what was found."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from hpsearch.data.profile import ColumnProfile, Dialect, Profile
from hpsearch.data.sources.class_order import class_name
from hpsearch.draft.draft import Draft, draft_study
from hpsearch.draft.table_name import TableName
from hpsearch.errors import UsageError
from hpsearch.study.reading import read_study
from tests.draft.profiles import label_column, number_column, profile, profiles

TABLE = TableName("churn.csv", "file", path="churn.csv")


def draft(look: Profile, label: str | None = "y", **given: Any) -> Draft:
    return draft_study(TABLE, look, name="churn", label=label, **given)


@given(profiles())
@settings(max_examples=150, deadline=None)
def test_the_file_says_what_was_found_whatever_columns_are_called(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[Profile, str]
) -> None:
    look, label = drawn
    drafted = draft(look, label)
    file = tmp_path_factory.mktemp("drafts") / "churn.toml"
    file.write_text(drafted.text, encoding="utf-8", newline="\n")
    spec = read_study(file, ["data.path=churn.csv"])  # its own starts at its folder
    assert spec.as_toml() == drafted.spec().as_toml()
    data = spec.data
    assert (data.source, data.path) == ("file", "churn.csv")
    headless = look.dialect is not None and not look.dialect.header
    names = [column.name for column in look.columns]
    assert data.label == (names.index(label) if headless else label)
    assert data.columns == {
        column.name: column.finding for column in look.columns if column.name != label
    }
    (target,) = (column for column in look.columns if column.name == label)
    assert data.classes is not None
    assert sorted(data.classes) == sorted(map(class_name, target.values))
    assert data.task == ("binary" if target.distinct == 2 else "multiclass")
    if look.dialect is not None:
        written = {key: getattr(data, key) for key in ("encoding", "delimiter", "decimal")}
        assert written == {key: getattr(look.dialect, key) for key in written}
        assert data.missing == look.dialect.missing


def test_a_file_is_commented() -> None:
    look = profile(
        number_column("age"),
        ColumnProfile("city", "category", missing=3, distinct=12),
        ColumnProfile("customer id", "identifier", distinct=400, reason="each row has its own"),
        label_column("Churned", values=("Yes", "No")),
        dialect=Dialect(delimiter=";", missing=("NA",)),
        remarks=("The first column counts the rows.",),
    )
    text = draft(look, "Churned").text
    for line in (
        "# A study of churn.csv, drafted from its 400 rows.",
        "# The first column counts the rows.",
        'label = "Churned"        # what is predicted',
        'classes = ["No", "Yes"]  # the second is the positive one',
        'delimiter = ";"',
        'missing = ["NA"]         # texts that stand for no value',
        'city = "category"             # 12 different, 3 missing',
        '"customer id" = "identifier"  # each row has its own',
        "units = { int = [8, 64], log = true }",
        "batch_size = { choice = [32, 64] }",
    ):
        assert line in text.splitlines()


def test_the_split_is_in_shares_and_classes_are_stratified() -> None:
    data = draft(profile(number_column("a"), label_column("y"))).spec().data
    assert (data.validation, data.train, data.test) == (0.2, None, 0.2)
    assert (data.shuffle, data.stratify) == (True, True)


def test_an_amount_has_no_classes() -> None:
    price = ColumnProfile("price", "number", distinct=380, least=1.0, largest=9.5)
    data = draft(profile(number_column("a"), price), "price").spec().data
    assert (data.task, data.classes) == ("regression", None)


def test_the_task_may_be_said() -> None:
    stars = label_column("y", finding="number", distinct=5, values=("5", "4", "3", "2", "1"))
    look = profile(number_column("a"), stars)
    assert draft(look).spec().data.classes == ("1", "2", "3", "4", "5")
    assert draft(look, task="regression").spec().data.task == "regression"


def test_entries_of_the_command_line_come_before_the_drafts() -> None:
    drafted = draft(profile(number_column("a"), label_column("y")))
    spec = drafted.spec(["search.trials=3", "data.columns.a=category"])
    assert (spec.search.trials, spec.data.columns) == (3, {"a": "category"})


def test_dates_say_which_way_round_they_are() -> None:
    look = profile(ColumnProfile("day", "date"), label_column("y"), dialect=Dialect(day_first=True))
    assert draft(look).spec().data.day_first is True
    numbers = profile(number_column("a"), label_column("y"), dialect=Dialect())
    assert draft(numbers).spec().data.day_first is None


def test_a_table_without_a_column_to_learn_from_is_refused() -> None:
    with pytest.raises(UsageError, match="besides 'y', got none"):
        draft(profile(label_column("y")))
    name = ColumnProfile("name", "identifier", reason="each row has a text of its own")
    with pytest.raises(UsageError, match="'name' is left out: each row has a text of its own"):
        draft(profile(name, label_column("y")))


def test_a_named_table_is_written_with_its_source(tmp_path: Path) -> None:
    table = TableName("openml:61", "openml", name="61")
    look = Profile("frame", 400, (number_column("a"), label_column("y")))
    data = draft_study(table, look, name="openml-61", label=None, usual="y").spec().data
    assert (data.source, data.name, data.path, data.label) == ("openml", "61", None, "y")
    assert data.delimiter is None


@pytest.mark.parametrize(
    ("name", "kinds", "remark"),
    [
        ("x", 10_001, None),
        ("a name of sixty characters " * 2, 10_001, "have no comments"),
        ("a name of hundred characters " * 4, 1, "is found again"),
    ],
)
def test_a_file_for_very_many_columns_is_short_enough(
    tmp_path: Path, name: str, kinds: int, remark: str | None
) -> None:
    wide = [
        ColumnProfile(f"{name} {place}", "number", missing=1_000 + place, reason="half is missing")
        for place in range(10_000)
    ]
    look = profile(ColumnProfile("code", "category"), *wide, label_column("y"))
    drafted = draft(look, known=("code",))
    file = tmp_path / "wide.toml"
    file.write_text(drafted.text, encoding="utf-8", newline="\n")
    columns = read_study(file).data.columns
    assert columns is not None
    assert (len(columns), columns["code"]) == (kinds, "category")
    file.write_text(drafted.spec().as_toml(), encoding="utf-8", newline="\n")
    assert read_study(file).data.columns == columns
    if remark is not None:
        (note,) = drafted.profile.remarks
        assert remark in note
        assert f"# {note}" in drafted.text.splitlines()


def test_more_kinds_than_a_file_holds_are_refused() -> None:
    names = [f"{'long' * 30} {place}" for place in range(10_000)]
    look = profile(*map(number_column, names), label_column("y"))
    with pytest.raises(UsageError, match=r"give fewer kinds with --set data\.columns"):
        draft(look, known=names)


def test_no_more_remarks_than_one_reads_are_written() -> None:
    remarks = tuple(f"remark {place}" for place in range(60))
    drafted = draft(profile(number_column("a"), label_column("y"), remarks=remarks))
    assert drafted.profile.remarks == (*remarks[:50], "and 10 more of the kind")


@pytest.mark.parametrize(("rows", "share"), [((950, 50), "5.0%"), ((900, 100), None)])
def test_class_weights_are_mentioned_where_a_class_is_below_a_tenth(
    rows: tuple[int, int], share: str | None
) -> None:
    drafted = draft(profile(label_column("y", counts=rows), number_column("a"), rows=1_000))
    said = f"# 'yes' is {share} of the rows. class_weights = \"balanced\" lets each class count"
    assert (said in drafted.text) == (share is not None)
    assert drafted.spec().training.class_weights is None
