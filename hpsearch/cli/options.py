"""The arguments and options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

Name = Annotated[
    str | None,
    typer.Argument(metavar="[STUDY]", help="A study's name, its .toml file, or a run's folder."),
]
Study = Annotated[str | None, typer.Option("--study", help="The same as an option.")]
StudyOrTable = Annotated[
    str | None,
    typer.Argument(
        metavar="[STUDY|TABLE]",
        help="A study's name, its .toml file, a run's folder, or a table, as churn.csv or "
        "scikit-learn:iris.",
    ),
]
Label = Annotated[str | None, typer.Option(metavar="COLUMN", help="The table's column to predict.")]
Out = Annotated[Path | None, typer.Option(help="The study's folder; runs/NAME if not given.")]
Data = Annotated[
    Path | None,
    typer.Option(
        help="A file of rows: HIGGS.csv.gz or its first part, a csv, or a run's rows.parquet."
    ),
]
Set = Annotated[
    list[str], typer.Option("--set", metavar="KEY=VALUE", help="Override an entry of the study.")
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Worker processes; by default one a core, as memory allows."),
]
Quiet = Annotated[bool, typer.Option(help="Print only warnings and the result.")]
ProgressAsJson = Annotated[
    bool, typer.Option("--json", help="Progress as JSON, one object a line.")
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port on this machine.")]
Host = Annotated[str, typer.Option(help="Address to listen on.")]
