"""The command that predicts new rows by a study's saved model."""

from pathlib import Path
from typing import Annotated

import typer

from hpsearch.cli.options import Name, Out, Study
from hpsearch.console import complain, say
from hpsearch.models.saved import ModelName


def predict(
    data: Annotated[
        Path, typer.Option(help="A table with the columns of the study's rows, in any order.")
    ],
    output: Annotated[
        Path,
        typer.Option(help="File to write: Parquet if it ends in .parquet or .pq, else CSV."),
    ],
    name: Name = None,
    study: Study = None,
    out: Out = None,
    model: Annotated[
        ModelName,
        typer.Option(help="Which of the files in the study's models/."),
    ] = "best",
) -> None:
    """Predict the rows of a table with a study's saved model; write the predictions to a file."""
    from hpsearch.naming import folder_of
    from hpsearch.prediction import predict_file
    from hpsearch.record.folder import read_folder

    with read_folder(folder_of(name, study, out)) as folder:
        rows = predict_file(folder, data, output, complain, model)
    say(f"{rows:,} rows predicted: {output}")
