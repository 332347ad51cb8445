"""How the study is repeated, as a reader sees it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hpsearch.report.blocks import Block, Code, Column, Heading, Listing, Paragraph, Row, Table
from hpsearch.report.section import Values
from hpsearch.wording import say_count, say_number

#: The parts of the rows by their names in the values.
ROWS: Mapping[str, str] = {
    "train_rows": "train rows",
    "validation_rows": "validation rows",
    "test_rows": "test rows",
    "columns": "features",
}


def repeat_blocks(values: Values) -> Sequence[Block]:
    """The rows, the command and the study file, the versions, and this run.

    Args:
        values: Those of the whole report.
    """
    return list(_blocks(values))


def _blocks(values: Values) -> Iterator[Block]:
    data = values["data"]
    yield Heading("The rows")
    yield Paragraph((f"{data['description']} (source ", Code(data["source"]), ")."))
    yield Table(
        "Rows",
        (Column(header=True), Column(kind="number")),
        [[words, say_count(data[name])] for name, words in ROWS.items()],
    )
    yield Paragraph(("Fingerprint of all of them: ", Code(data["fingerprint"])))
    yield Paragraph(
        (
            f"The study's folder holds the rows and this file, seed {values['study']['seed']}. In "
            "a new folder it gives the same trials, values and weights, with any number of "
            "workers; ",
            Code("hpsearch reproduce --best"),
            " trains the winner again and compares every bit.",
        )
    )
    yield Listing(values["repeat"], "sh")
    yield Listing(values["study_file"], "toml")
    if values["environment"]:
        yield Table(
            "Versions",
            (Column(header=True), Column(kind="long")),
            [[name, version] for name, version in values["environment"].items()],
        )
    if "run" in values:
        yield from _run(values["run"])


def _run(run: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading("This run")
    yield Paragraph(
        (
            "All that differs from one run of this study to the next; ",
            Code("hpsearch report --no-times"),
            " leaves it out.",
        )
    )
    yield Listing(run["command"], "sh")
    phases: list[Row] = [
        [phase, f"{say_number(seconds, 1)} s"] for phase, seconds in run["seconds"].items()
    ]
    openings: list[Row] = [["test rows opened", time] for time in run["openings"]]
    yield Table("Times", (Column(header=True), Column(kind="number")), [*phases, *openings])
