"""Study files: what one searches, and which are found by name."""

from collections.abc import Mapping
from pathlib import Path

from hpsearch.errors import HpsearchError
from hpsearch.study.cutting import KEYS
from hpsearch.study.reading import read_study
from hpsearch.study.section import StudyTable
from hpsearch.study.sections import DataSection
from hpsearch.study.spec import StudySpec
from hpsearch.study.tagged import NAME
from hpsearch.wording import say_conditions, say_count, say_domain, say_folds, say_value


def say_study(spec: StudySpec) -> str:
    """What a study file searches, in words."""
    data = spec.data
    lines = [
        f"{spec.study.name}: {spec.study.description}".rstrip(": "),
        f"  rows    {data.source}: {_say_cut(data)}",
        _say_search(spec),
        f"  compare {', '.join(spec.evaluate.baselines) or 'no baselines'}"
        f"{', the winner without its regularizers' if _ablates(spec) else ''}",
        *(["  space"] if spec.space.parameters else []),
    ]
    width = max((len(parameter.name) for parameter in spec.space.parameters), default=0)
    for parameter in spec.space.parameters:
        where = f", where {say_conditions(parameter.when)}" if parameter.when else ""
        lines.append(f"    {parameter.name:<{width}}  {say_domain(parameter.domain)}{where}")
    lines += [
        f"    {name:<{width}}  = {say_value(value)}" for name, value in spec.space.constants.items()
    ]
    return "\n".join(lines)


def _say_cut(data: DataSection) -> str:
    """Which rows are for what: ``20 % validate, the rest trains, 20 % test``."""
    if data.test_path is not None:
        return "parts in files of their own"
    if data.part is not None:
        return f"parts by the column {data.part!r}"
    train = "the rest trains" if data.train is None else f"{_say_size(data.train)} train"
    key = next((f"by {name} {getattr(data, name)!r}" for name in KEYS if getattr(data, name)), "")
    order = key or ("stratified" if data.stratify else "shuffled" if data.shuffle else "")
    validation, test = f"{_say_size(data.validation)} validate", _say_size(data.test)
    if data.folds > 1:
        validation = f"{say_folds(data.folds * data.repeats, data.repeats)} train and validate"
        train = "" if data.train is None else f"{_say_size(data.train)} in all"
    return ", ".join(filter(None, (validation, train, f"{test} test", order)))


def _say_size(size: float | None) -> str:
    """A share of rows as a percentage, or a count of them."""
    return f"{100 * size:g} %" if isinstance(size, float) else say_count(size)


def _say_search(spec: StudySpec) -> str:
    search, evaluate = spec.search, spec.evaluate
    if not search.trials:
        return "  search  nothing: the baselines alone"
    return (
        f"  search  {search.trials} trials, {search.parallel} in flight, "
        f"{_say_options(search.sampler)}, {_say_options(search.pruner)}, "
        f"up to {spec.training.epochs} epochs{' on each fold' * (spec.folds > 1)}; "
        f"the best {evaluate.top} again with {evaluate.seeds} seeds each"
    )


def _ablates(spec: StudySpec) -> bool:
    return bool(spec.evaluate.ablation and spec.search.trials)


def _say_options(table: StudyTable) -> str:
    """A sampler or a pruner: ``tpe (startup_trials 10)``."""
    options = table.model_dump()
    name = options.pop(NAME)
    values = ", ".join(f"{option} {value}" for option, value in options.items())
    return f"{name} ({values})" if values else str(name)


def say_studies(studies: Mapping[str, Path], runs: Mapping[str, Path]) -> str:
    """Study files and runs, a line each."""
    lines = [f"{name:<24} {_say_file(path)}" for name, path in sorted(studies.items())]
    lines += [f"{name:<24} run in {path}" for name, path in sorted(runs.items())]
    return "\n".join(lines)


def _say_file(path: Path) -> str:
    try:
        return read_study(path).study.description
    except HpsearchError as error:
        return str(error).splitlines()[0]
