"""Public tables: what a search finds beside chance, a linear model and tuned boosting.

Each table is searched as ``hpsearch optimize TABLE`` drafts it, with several seeds, each of which
shuffles and cuts the rows anew. A run that is done is not repeated and one that was interrupted
goes on; what is there is printed whenever a run ends.

    python -m benchmarks.tables --tables breast-cancer,diabetes --seeds 1,2 --trials 10
"""

import argparse
import json
import shlex
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from math import hypot
from pathlib import Path
from statistics import fmean
from typing import Any

import psutil  # type: ignore[import-untyped]

from benchmarks.optimize import ROOT
from benchmarks.printing import markdown_table, write_json
from benchmarks.public_tables import TABLES, MissingPackageError
from hpsearch.files import replacing
from hpsearch.processes import cores
from hpsearch.statistics.few_rows import student_95

LINEAR = ("logistic_regression", "ridge_regression")
BOOSTING = "gradient_boosting"

HEADER = (
    *("table", "train", "test", "metric", "chance", "linear", "boosting, tuned"),
    *("winner, one network", "winner, exported", "greedy ensemble"),
    *("winner less boosting", "core-seconds", "seeds"),
)

#: Columns of models, by the fields of ``Measured``, in the order of the header.
MODELS = ("chance", "linear", "boosting", "single", "winner", "greedy")

NOTES = (
    "Means over the seeds, on test rows; chance is the best constant on the validation rows. The "
    "winner as it is exported is the mean of its seeds, and one network is the best of them by "
    "validation; the greedy ensemble is measured with --set evaluate.ensemble=true. Winner less "
    "boosting is that of the exported model, paired by row, and below 0 the winner is better; its "
    "standard error is that of the seeds' mean over test rows, taken as independent "
    "samples, though seeds share some of them. Core-seconds are processor time of the whole "
    "command: search, re-training, comparison, test and report."
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One table with one seed.

    Attributes:
        rows: That train, and that test.
        metric: The loss, by which all are compared.
        chance, linear, boosting, winner: Its values; the winner's is that of the exported model.
        single, greedy: Those of the winner's best seed alone, and of the greedy ensemble; None
            where they were not measured.
        difference, error: Winner less boosting, and the standard error over test rows.
        core_seconds: Processor time of the whole command.
        command: As it was run.
    """

    table: str
    seed: int
    rows: tuple[int, int]
    metric: str
    chance: float
    linear: float
    boosting: float
    winner: float
    difference: float
    error: float
    core_seconds: float
    command: str
    single: float | None = None
    greedy: float | None = None


def measured(
    table: str, seed: int, report: Mapping[str, Any], *, core_seconds: float, command: str
) -> Measured:
    """What a study's ``report.json`` says of its winner and the models beside it."""
    metric = report["objective"].removeprefix("val_")
    data, test = report["data"], report["test"]
    models = {model["name"]: model for model in report["baselines"]["baselines"]}
    values = {name: model["metrics"][metric]["value"] for name, model in models.items()}
    apart = models[BOOSTING]["differences"][metric]
    saved = {model["name"]: model["metrics"][metric]["value"] for model in test.get("models", ())}
    reach = student_95(data["test_rows"] - 1)
    return Measured(
        table=table,
        seed=seed,
        rows=(data["train_rows"], data["test_rows"]),
        metric=metric,
        chance=data["chance"][metric],
        linear=next(values[name] for name in LINEAR if name in values),
        boosting=values[BOOSTING],
        winner=test[metric],
        difference=-apart["value"],
        error=(apart["high"] - apart["low"]) / 2 / reach,
        core_seconds=core_seconds,
        command=command,
        single=saved.get("single", saved.get("best")),  # where one is exported, it is the one
        greedy=saved.get("ensemble"),
    )


def table_row(seeds: Sequence[Measured]) -> tuple[str, ...]:
    """The cells of a table, from its seeds."""
    train, test = seeds[0].rows
    columns = [[getattr(seed, name) for seed in seeds] for name in MODELS]
    values = ["-" if None in column else f"{fmean(column):.4f}" for column in columns]
    error = hypot(*(seed.error for seed in seeds)) / len(seeds)
    return (
        *(seeds[0].table, f"{train:,}", f"{test:,}", seeds[0].metric),
        *values,
        f"{fmean(seed.difference for seed in seeds):+.4f} ± {error:.4f}",
        f"{fmean(seed.core_seconds for seed in seeds):.0f}",
        ", ".join(str(seed.seed) for seed in seeds),
    )


def optimize(name: str, seed: int, folder: Path, words: Sequence[str], *, workers: int) -> Measured:
    """Search one table with one seed, or read what an earlier call measured.

    Args:
        folder: Keeps tables, studies and what was measured.
        words: More of the command line; the same table, seed and words are measured once.

    Raises:
        MissingPackageError: If the package of the table is not installed.
        SystemExit: If hpsearch fails.
    """
    table = TABLES[name]
    if isinstance(table, str):
        rows = [table]
    else:
        file = folder / f"{name}.csv"
        if not file.exists():
            table.write(file)
        rows = [file.name, "--label", table.label]
    run = f"{name}-{seed}"
    arguments = ["optimize", *rows, "--out", run, "--set", f"study.seed={seed}", *words]
    command = shlex.join(["hpsearch", *arguments])
    kept = folder / f"{run}.json"
    with suppress(FileNotFoundError):
        found = json.loads(kept.read_text(encoding="utf-8"))
        if found["command"] == command:
            return Measured(**found)
    more = ["--workers", str(workers), "--quiet"]
    seconds = _run([*arguments, *more], folder, folder / f"{run}.log")
    report = json.loads((folder / run / "report.json").read_text(encoding="utf-8"))
    result = measured(name, seed, report, core_seconds=seconds, command=command)
    with replacing(kept) as temporary:
        temporary.write_text(json.dumps(asdict(result)), encoding="utf-8")
    return result


def _run(arguments: Sequence[str], folder: Path, log: Path) -> float:
    """Run hpsearch, and measure the processor time of all its processes twice a second."""
    command = [sys.executable, "-m", "hpsearch", *arguments]
    spent: dict[int, float] = {}
    with log.open("a", encoding="utf-8") as told:
        process = psutil.Popen(command, cwd=folder, stdout=told, stderr=told)
        while process.poll() is None:
            with suppress(psutil.Error):
                for part in (process, *process.children(recursive=True)):
                    times = part.cpu_times()
                    spent[part.pid] = times.user + times.system
            time.sleep(0.5)
    if process.returncode:
        last = log.read_text(encoding="utf-8").strip().splitlines()[-1:]
        raise SystemExit(f"hpsearch ended with exit code {process.returncode}: {''.join(last)}")
    return sum(spent.values())


def measure(
    names: Sequence[str], seeds: Sequence[int], folder: Path, words: Sequence[str], *, workers: int
) -> None:
    """Search every table with every seed, and print what is known after each."""
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[Measured]] = {}
    for name in names:
        for seed in seeds:
            try:
                run = optimize(name, seed, folder, words, workers=workers)
                found.setdefault(name, []).append(run)
            except MissingPackageError as missing:
                print(f"{name} is left out: {missing}", flush=True)
                break
            print("\n".join(page(found)), flush=True)
    write_json(
        folder / "tables.json", {"runs": [asdict(r) for runs in found.values() for r in runs]}
    )


def page(found: Mapping[str, Sequence[Measured]]) -> Iterator[str]:
    """The table in Markdown, with what it was made by."""
    yield "\n" + markdown_table(HEADER, [table_row(seeds) for seeds in found.values() if seeds])
    yield f"\n{NOTES}"
    versions = (f"{name} {version(name)}" for name in ("hpsearch", "tensorflow", "scikit-learn"))
    yield f"\n`{shlex.join(['python', *sys.orig_argv[1:]])}` with {', '.join(versions)}."


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", default=",".join(TABLES), help="names, with commas")
    parser.add_argument("--seeds", default="1,2,3", help="whole numbers, with commas")
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--workers", type=int, default=cores())
    parser.add_argument("--folder", type=Path, default=ROOT / "runs" / "tables")
    parser.add_argument("--set", action="append", default=[], help="section.key=value, as hpsearch")
    given = parser.parse_args()
    chosen = given.tables.split(",")
    if unknown := [name for name in chosen if name not in TABLES]:
        parser.error(f"--tables must be of {', '.join(TABLES)}, got {', '.join(unknown)}")
    settings = [word for entry in given.set for word in ("--set", entry)]
    measure(
        chosen,
        [int(seed) for seed in given.seeds.split(",")],
        given.folder.resolve(),
        ["--trials", str(given.trials), *settings],
        workers=given.workers,
    )
