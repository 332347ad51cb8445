"""How repetition is laid out: rows, command, study file, versions, and what differs by run."""

from collections.abc import Iterator, Mapping
from typing import Any

from hpsearch.report.blocks import Block, Code, Column, Heading, Paragraph, Span, Table
from hpsearch.wording import say_count, say_number


def blocks(values: Mapping[str, Any]) -> Iterator[Block]:
    """The part, of the values of the whole report."""
    data = values["data"]
    yield Heading("The rows")
    source = (Span(f"{data['description']} (source "), Span(data["source"], "code"), Span(")."))
    yield Paragraph(source)
    counts = {
        "train rows": "train_rows",
        "validation rows": "validation_rows",
        "test rows": "test_rows",
        "features": "columns",
    }
    yield _pairs("Rows", {name: say_count(data[key]) for name, key in counts.items()}, "number")
    yield Paragraph((Span("Fingerprint of all of them: "), Span(data["fingerprint"], "code")))
    yield Paragraph(
        (
            Span(
                f"The study's folder holds the rows and this file, seed {values['study']['seed']}. "
                "In a new folder it gives the same trials, values and weights, with any number of "
                "workers; "
            ),
            Span("hpsearch reproduce --best", "code"),
            Span(" trains the winner again and compares every bit."),
        )
    )
    yield Code(values["repeat"], "sh")
    yield Code(values["study_file"], "toml")
    if values["environment"]:
        yield _pairs("Versions", values["environment"], "long")
    if "run" in values:
        yield from _run(values["run"])


def _run(run: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading("This run")
    yield Paragraph(
        (
            Span("All that differs from one run of this study to the next; "),
            Span("hpsearch report --no-times", "code"),
            Span(" leaves it out."),
        )
    )
    yield Code(run["command"], "sh")
    seconds = [[phase, f"{say_number(spent, 1)} s"] for phase, spent in run["seconds"].items()]
    opened = [["test rows opened", time] for time in run["openings"]]
    yield Table([Column("", "name"), Column("", "number")], [*seconds, *opened], "Times")


def _pairs(label: str, values: Mapping[str, str], kind: Any) -> Table:
    return Table(
        [Column("", "name"), Column("", kind)],
        [[name, str(value)] for name, value in values.items()],
        label,
    )
