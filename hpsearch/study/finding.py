"""Study files by name: those of the user first, then those that come with the package."""

from pathlib import Path

from hpsearch.errors import UsageError, did_you_mean, named, shown


def shipped_studies() -> Path:
    """The folder of study files that come with the package."""
    package = Path(__file__).parents[1]
    inside = package / "studies"
    return inside if inside.is_dir() else package.parent / "studies"


def find_studies() -> dict[str, Path]:
    """Study files by name: those in ``./studies`` first, then those shipped."""
    folders = (shipped_studies(), Path("studies"))
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}


def find_study(study: str) -> Path:
    """The file of a study given by name or path.

    Raises:
        UsageError: If there is none, with the nearest name.
    """
    if study.endswith(".toml") or "/" in study:
        path = Path(study)
        try:
            path.stat()
        except (OSError, ValueError):
            raise UsageError(
                f"--study must name a study or a file; there is no file {named(study)}"
            ) from None
        return path
    known = find_studies()
    if study in known:
        return known[study]
    raise UsageError(
        f"--study must name a study or a file, got {shown(study)}{did_you_mean(study, known)}; "
        f"known studies: {', '.join(sorted(known))}"
    )
