"""Studies, trials and results as text for the terminal and for other programs."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hpsearch.analysis.absences import explain_no_winner
from hpsearch.errors import HpsearchError
from hpsearch.evaluation.check import Finding
from hpsearch.evaluation.leaderboard import read_leaderboard
from hpsearch.evaluation.opening import recorded_test
from hpsearch.evaluation.outcome import Outcome, TestResult
from hpsearch.evaluation.reproduce import TOLERANCE, Repetition, Reproduction
from hpsearch.evaluation.retraining import best_trials
from hpsearch.record.folder import StudyFolder
from hpsearch.record.openings import recorded_openings
from hpsearch.record.trial import TrialRecord
from hpsearch.space.space import Choice, Domain, Float, Int
from hpsearch.study.reading import read_study
from hpsearch.study.spec import StudySpec
from hpsearch.terminal import say_values
from hpsearch.wording import say_openings, say_phases


def list_trials(trials: Sequence[TrialRecord], form: str) -> str:
    """All trials as ``json``, ``csv`` (a column a parameter) or ``table``, with a line end."""
    rows = [_row(trial) for trial in trials]
    match form:
        case "json":
            return json.dumps(rows, indent=2) + "\n"
        case "csv":
            import pandas as pd

            return str(pd.json_normalize(rows).convert_dtypes().to_csv(index=False))
    lines = [f"{'trial':>5}  {'state':<9} {'value':>8} {'epochs':>7} {'best at':>8}  parameters"]
    for trial in trials:
        value = "" if trial.value is None else f"{trial.value:.4f}"
        state = "diverged" if trial.diverged else trial.state
        lines.append(
            f"{trial.number:>5}  {state:<9} {value:>8} {trial.epochs:>7} "
            f"{trial.best_epoch or '':>8}  {say_values(trial.params)}"
        )
    return "\n".join(lines) + "\n"


def status_of(folder: StudyFolder) -> dict[str, Any]:
    """How far a study is, as JSON values."""
    trials = folder.record.trials()
    states = ("complete", "pruned", "failed", "running")
    counts = {state: sum(trial.state == state for trial in trials) for state in states}
    best = next(iter(best_trials(trials, 1)), None)
    test, openings = recorded_test(folder.record), recorded_openings(folder.record)
    leaderboard = read_leaderboard(folder, trials, test.trial if test else None)
    winner = leaderboard.confirmed
    return {
        "study": folder.spec.study.name,
        "folder": str(folder.path),
        "rows": folder.data().description,
        "trials": folder.spec.search.trials,
        **counts,
        "diverged": sum(trial.diverged for trial in trials),
        "objective": folder.spec.task.objective,
        "best": None if best is None else _row(best),
        "winner": winner.trial.number if winner else None,
        "reason": str(leaderboard.reason),
        "absence": None
        if leaderboard.winner
        else explain_no_winner(folder.spec.task, leaderboard, trials),
        "test": None
        if test is None
        else {name: measured.value for name, measured in test.metrics.items()},
        "openings": len(openings.entries),
        "openings_known": openings.known,
    }


def say_status(found: dict[str, Any]) -> str:
    """``status_of`` in words."""
    ended = found["complete"] + found["pruned"] + found["failed"]
    lines = [
        f"{found['study']} in {found['folder']}, {found['rows']}",
        f"{ended} of {found['trials']} trials ended: {found['complete']} complete, "
        f"{_pruned(found['pruned'], found['diverged'])}, {found['failed']} failed; "
        f"{found['running']} running",
    ]
    if best := found["best"]:
        lines.append(f"best {found['objective']} {best['value']:.4f} by trial {best['number']}")
        lines.append(f"  {say_values(best['params'])}")
    if found["absence"]:
        lines.append(found["absence"])
    elif found["test"] is None:
        lines.append("the winner has not been measured on the test rows yet")
    else:
        values = "  ".join(f"{name} {value:.4f}" for name, value in found["test"].items())
        times = say_openings(found["openings"], found["openings_known"])
        lines.append(f"test rows opened {times}: {values}")
    return "\n".join(lines)


def _pruned(pruned: int, diverged: int) -> str:
    return f"{pruned} pruned" + (f" ({diverged} of them diverged)" if diverged else "")


def say_study(spec: StudySpec) -> str:
    """What a study file searches, in words."""
    data = spec.data
    lines = [
        f"{spec.study.name}: {spec.study.description}".rstrip(": "),
        f"  rows    {data.source}: {data.validation:,} validate, {data.train:,} train, "
        f"{data.test:,} test",
        _say_search(spec),
        f"  compare {', '.join(spec.evaluate.baselines) or 'no baselines'}"
        f"{', the winner without its regularisers' if _ablates(spec) else ''}",
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


def outcome_values(outcome: Outcome) -> dict[str, Any]:
    """The end of a run as JSON values."""
    test = outcome.test
    return {
        "folder": str(outcome.folder),
        "winner": winner.trial.number if (winner := outcome.leaderboard.confirmed) else None,
        "reason": str(outcome.leaderboard.reason),
        "test": None
        if test is None
        else {name: measured.value for name, measured in test.metrics.items()},
        "openings": 0 if test is None else len(test.openings),
        "openings_known": test is None or test.openings_known,
        "simulated": outcome.data.simulated,
    }


def say_outcome(outcome: Outcome) -> str:
    """The end of a run in words."""
    lines: list[str] = []
    if outcome.data.simulated:
        lines.append("SIMULATED rows, not the UCI data")
    winner = outcome.leaderboard.confirmed
    if winner is None or winner.standing is None:
        lines.append(explain_no_winner(outcome.task, outcome.leaderboard, outcome.trials))
    else:
        standing = winner.standing
        lines += [
            f"winner: trial {standing.trial}, {outcome.task.objective} {standing.mean:.4f} "
            f"± {standing.deviation:.4f} over {len(standing.runs)} seeds "
            f"({standing.search_value:.4f} in the search)",
            f"  {say_values(standing.params)}",
        ]
    if outcome.test is not None:
        lines.append(
            f"on {outcome.test.rows:,} test rows, opened "
            f"{say_openings(len(outcome.test.openings), outcome.test.openings_known)}:"
        )
        for metric in outcome.task.test_metrics:
            measured = outcome.test.metrics[metric.name]
            interval = f"[{measured.low:.4f}, {measured.high:.4f}]"
            lines.append(f"  {metric.label:<22} {measured.value:.4f}  {interval}")
        lines += _say_baselines(outcome.test)
    lines += [f"took: {say_phases(outcome.seconds)}", f"report: {outcome.folder / 'report.html'}"]
    return "\n".join(lines)


def say_found(studies: Mapping[str, Path], runs: Mapping[str, Path]) -> str:
    """Study files and runs, a line each."""
    lines = [f"{name:<24} {_say_file(path)}" for name, path in sorted(studies.items())]
    lines += [f"{name:<24} run in {path}" for name, path in sorted(runs.items())]
    return "\n".join(lines)


def _say_file(path: Path) -> str:
    try:
        return read_study(path).study.description
    except HpsearchError as error:
        return str(error).splitlines()[0]


def _say_baselines(test: TestResult) -> Iterator[str]:
    beside = [one for one in test.baselines if one.label != test.reference]
    if beside:
        yield f"cross-entropy of baselines less that of {test.reference}, above 0 is worse:"
    width = max((len(one.label) for one in beside), default=0)
    for one in beside:
        apart = one.differences["binary_crossentropy"]
        interval = f"[{apart.low:+.4f}, {apart.high:+.4f}]"
        told = "" if apart.excludes_zero else "  not distinguishable"
        yield f"  {one.label:<{width}} {apart.value:+.4f}  {interval}{told}"


def reproduction_values(found: Reproduction) -> dict[str, Any]:
    """What came of training again, as JSON values."""
    return {
        "holds": found.holds,
        "runs": [
            {
                "run": one.label,
                "epochs": one.epochs,
                "equal": one.equal,
                "first_difference": one.first_difference,
                "state_differs": one.state_differs,
                "apart": one.apart if math.isfinite(one.apart) else None,
                "largest": one.largest if math.isfinite(one.largest) else None,
            }
            for one in found.repetitions
        ],
        "environment_differences": dict(found.differences),
        "other_hardware": found.other_hardware,
    }


def say_reproduction(found: Reproduction) -> str:
    """What came of training again, in words."""
    lines = [_say_repetition(one) for one in found.repetitions]
    if len(lines) > 1:
        equal = sum(one.equal for one in found.repetitions)
        lines.append(f"{equal} of {len(lines)} runs are equal to the bit")
    if found.differences:
        lines.append("what differs between the study's environment and this one:")
        lines += [f"  {name}: {change}" for name, change in found.differences.items()]
    elif not found.holds:
        lines.append("nothing that the record keeps of the environment differs")
    if found.other_hardware:
        within = "all are" if found.holds else "not all are"
        lines.append(
            f"on another kind of processor equality to the bit can't be promised; {within} within "
            f"{TOLERANCE:g} of the recorded best val_binary_crossentropy"
        )
    return "\n".join(lines)


def _say_repetition(one: Repetition) -> str:
    if not one.epochs:
        return f"{one.label}: its epochs are missing or damaged in the folder"
    epochs = "1 epoch" if one.epochs == 1 else f"{one.epochs} epochs"
    if one.equal:
        return f"{one.label}: {epochs} and the final weights are equal to the bit"
    if one.first_difference is None:
        return f"{one.label}: {epochs} are equal to the bit, the state after the last is not"
    return (
        f"{one.label}: differs from epoch {one.first_difference} of {one.epochs} on, by "
        f"{one.largest:.2g} at most; the best val_binary_crossentropy by {one.apart:.2g}"
    )


def finding_values(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """What a check of a folder found, as JSON values."""
    return [asdict(finding) for finding in findings]


def say_findings(findings: Sequence[Finding]) -> str:
    """What a check of a folder found, a line each, and what follows from it."""
    width = max(len(finding.part) for finding in findings)
    lines = [
        f"{_CONDITIONS[finding.condition]:<13} {finding.part:<{width}}  {finding.words}"
        for finding in findings
    ]
    again, lost = (
        sum(finding.condition == condition for finding in findings)
        for condition in ("again", "lost")
    )
    if lost:
        lines.append(f"{lost} of {len(findings)} parts cannot be trusted")
    if again:
        lines.append(f"hpsearch optimize makes {again} of {len(findings)} parts again")
    return "\n".join(lines if again or lost else [*lines, "all is whole"])


#: Conditions of a folder's parts, in words.
_CONDITIONS = {"whole": "whole", "again": "made again", "lost": "not trusted"}


def _row(trial: TrialRecord) -> dict[str, Any]:
    return {
        "number": trial.number,
        "state": trial.state,
        "value": trial.value,
        "params": dict(trial.params),
        "epochs": trial.epochs,
        "best_epoch": trial.best_epoch,
        "seed": trial.seed,
        "cause": trial.cause,
    }


def _say_domain(domain: Domain) -> str:
    match domain:
        case Choice(choices):
            return "one of " + ", ".join(map(str, choices))
        case Float(low, high, log):
            return f"{low:g} to {high:g}{', log' if log else ''}"
        case Int(low, high, log, step):
            steps = f", step {step}" if step > 1 else ""
            return f"{low} to {high}{steps}{', log' if log else ''}"
