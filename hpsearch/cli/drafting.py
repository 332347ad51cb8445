"""The command that writes a study file from a table."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from hpsearch.cli.options import Label, Set
from hpsearch.console import complain, say
from hpsearch.errors import UsageError, named

#: Folder of the user's own study files.
STUDIES = Path("studies")


def init(
    table: Annotated[
        str,
        typer.Argument(
            metavar="TABLE",
            help="A file of rows, as churn.csv, or a table by name, as scikit-learn:iris.",
        ),
    ],
    label: Label = None,
    out: Annotated[
        Path | None, typer.Option(help="The study file; NAME.toml, in ./studies if it is there.")
    ] = None,
    set_: Set = [],  # noqa: B006  typer reads it, nobody changes it
) -> None:
    """Look at a table and write a study file for it, with comments.

    The file says what hpsearch optimize TABLE would do: kinds of columns, task, split, and a search
    that fits the rows. --set data.delimiter=";" and the like say what need not be found out.
    """
    from hpsearch.draft.looking import draft_of
    from hpsearch.draft.table_name import study_name, table_name
    from hpsearch.listing.draft import say_draft

    found = table_name(table)
    name = study_name(out.stem) if out else found.study_name
    path = out or (STUDIES if STUDIES.is_dir() else Path()) / f"{name}.toml"
    if path.suffix != ".toml":
        raise UsageError(f"--out must name a study file, as studies/{name}.toml, got {named(path)}")
    _refuse_old(path)
    draft = draft_of(
        found, name=name, label=label, given=set_, tell=complain, study_folder=path.parent
    )
    draft.spec()
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(draft.text)
    except FileExistsError:
        _refuse_old(path)
    inside = path.parent == STUDIES
    say(f"{path}\n{say_draft(draft)}")
    say(f"Next: hpsearch optimize {shlex.quote(path.stem if inside else str(path))}")


def _refuse_old(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise UsageError(
            f"init does not overwrite a study file, and there is {named(path)}; move it away, or "
            f"name another with --out"
        )
