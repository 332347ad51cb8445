"""What a check of a study's folder found."""

from collections.abc import Sequence
from dataclasses import asdict

from hpsearch.evaluation.check import Finding

#: Conditions of a folder's parts, in words.
_CONDITIONS = {"whole": "whole", "again": "made again", "lost": "not trusted"}


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
