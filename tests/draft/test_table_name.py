"""What a user calls a table."""

from pathlib import Path

import pytest

from hpsearch.draft.table_name import TableName, find_table, table_name


@pytest.mark.parametrize(
    ("text", "table", "study"),
    [
        ("churn.csv", TableName("churn.csv", "file", path="churn.csv"), "churn"),
        (
            "../My Data.CSV.gz",
            TableName("../My Data.CSV.gz", "file", "../My Data.CSV.gz"),
            "my-data",
        ),
        ("t.parquet", TableName("t.parquet", "file", path="t.parquet"), "t"),
        ("scikit-learn:iris", TableName("scikit-learn:iris", "scikit-learn", name="iris"), "iris"),
        ("openml:61", TableName("openml:61", "openml", name="61"), "openml-61"),
        ("ünï.tsv", TableName("ünï.tsv", "file", path="ünï.tsv"), "n"),
        ("東京.csv", TableName("東京.csv", "file", path="東京.csv"), "table"),
    ],
)
def test_tables_are_told_by_their_names(text: str, table: TableName, study: str) -> None:
    assert find_table(text) == table_name(text) == table
    assert table.study_name == study


@pytest.mark.parametrize(
    "text", ["higgs", "mine.toml", "runs/higgs", "csv:rows", "frame:x", ":", ""]
)
def test_other_names_are_those_of_studies(text: str) -> None:
    assert find_table(text) is None
    assert table_name(text) == TableName(text, "file", path=text)


def test_a_long_name_is_cut() -> None:
    assert len(table_name("x" * 200 + ".csv").study_name) == 64


def test_a_path_starts_at_the_study_file(tmp_path: Path) -> None:
    table = table_name("data/churn.csv")
    assert table.seen_from(Path("studies")).path == "../data/churn.csv"
    assert table.seen_from(Path()).path == "data/churn.csv"
    whole = table_name(str(tmp_path / "churn.csv"))
    assert whole.seen_from(Path("studies")) == whole
    assert table_name("openml:61").seen_from(Path("studies")).name == "61"
