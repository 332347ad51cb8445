"""Study files: what one searches, and which are found by name."""

from collections.abc import Mapping
from pathlib import Path

from hpsearch.errors import HpsearchError
from hpsearch.space.space import Choice, Domain, Float, Int
from hpsearch.study.reading import read_study
from hpsearch.study.spec import StudySpec


def say_study(spec: StudySpec) -> str:
    """What a study file searches, in words."""
    data = spec.data
    lines = [
        f"{spec.study.name}: {spec.study.description}".rstrip(": "),
        f"  rows    {data.source}: {data.validation:,} validate, {data.train:,} train, "
        f"{data.test:,} test",
        _say_search(spec),
        f"  compare {', '.join(spec.evaluate.baselines) or 'no baselines'}"
        f"{', the winner without its regularizers' if _ablates(spec) else ''}",
        *(["  space"] if spec.space.parameters else []),
    ]
    width = max((len(parameter.name) for parameter in spec.space.parameters), default=0)
    for parameter in spec.space.parameters:
        conditions = " and ".join(
            f"{condition.parent} is {' or '.join(map(str, condition.values))}"
            for condition in parameter.when
        )
        lines.append(
            f"    {parameter.name:<{width}}  {_say_domain(parameter.domain)}"
            f"{', where ' + conditions if conditions else ''}"
        )
    lines += [f"    {name:<{width}}  = {value}" for name, value in spec.space.constants.items()]
    return "\n".join(lines)


def _say_search(spec: StudySpec) -> str:
    search, evaluate = spec.search, spec.evaluate
    if not search.trials:
        return "  search  nothing: the baselines alone"
    return (
        f"  search  {search.trials} trials, {search.parallel} in flight, "
        f"{search.sampler}, {search.pruner}, up to {spec.training.epochs} epochs; "
        f"the best {evaluate.top} again with {evaluate.seeds} seeds each"
    )


def _ablates(spec: StudySpec) -> bool:
    return bool(spec.evaluate.ablation and spec.search.trials)


def _say_domain(domain: Domain) -> str:
    match domain:
        case Choice(choices):
            return "one of " + ", ".join(map(str, choices))
        case Float(low, high, log):
            return f"{low:g} to {high:g}{', log' if log else ''}"
        case Int(low, high, log, step):
            steps = f", step {step}" if step > 1 else ""
            return f"{low} to {high}{steps}{', log' if log else ''}"


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
