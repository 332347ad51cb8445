"""The section on luck says what its numbers say, whatever a study has and lacks."""

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from statistics import fmean, stdev
from typing import Any
from xml.etree import ElementTree

import pytest

from hpsearch.evaluation.leaderboard import Standing
from hpsearch.evaluation.outcome import Outcome, TestResult
from hpsearch.report.report import write_report
from hpsearch.report.sections.luck import LUCK
from hpsearch.statistics.estimate import Estimate
from hpsearch.training.history import UNTRAINED
from hpsearch.wording import MINUS
from tests.outcomes import MakeOutcome, lose, make_diverged, make_trial, with_standings

from . import sections
from .pages import Page


def say(outcome: Outcome) -> Mapping[str, Any]:
    """The section's values as JSON has them."""
    return sections.say(LUCK, outcome)


def promised(outcome: Outcome, value: float, seeds: tuple[float, ...]) -> Outcome:
    """The outcome with the first of its leaderboard promised and come to these values."""
    first = outcome.standings[0]
    runs = tuple(replace(run, value=one) for run, one in zip(first.runs, seeds, strict=True))
    standing = replace(
        first, search_value=value, mean=fmean(seeds), deviation=stdev(seeds), runs=runs
    )
    return with_standings(outcome, standing, *outcome.standings[1:])


def measured(outcome: Outcome, split: Estimate, seeds: tuple[float, ...]) -> Outcome:
    """The outcome with its first configuration come to these values on the test rows."""
    assert outcome.test is not None
    first, *others = outcome.test.configurations
    configurations = (replace(first, split=split, seeds=seeds), *others)
    test: TestResult = replace(outcome.test, configurations=configurations)
    return replace(outcome, test=test)


def diverge(standing: Standing) -> Standing:
    """The configuration with its last seed diverged."""
    *runs, last = standing.runs
    broken = lose(last)
    return replace(standing, mean=math.inf, deviation=0.0, runs=(*runs, broken))


def test_the_optimism_of_the_winner_comes_first(make_outcome: MakeOutcome) -> None:
    """0.5599, 0.5609 and 0.5619 have a standard error of 0.001 / sqrt(3), Student's t is 4.303."""
    outcome = promised(make_outcome(), 0.5509, (0.5599, 0.5609, 0.5619))
    outcome = measured(outcome, Estimate(0.0100, 0.0040, 0.0160), (0.5699, 0.5709, 0.5719))
    values = say(outcome)
    trial = outcome.standings[0].trial
    first, selection, split, average = values["said"]["optimism"]
    assert first == (
        f"The search promised 0.5509 nats for trial {trial}; on the test rows its configuration "
        "has 0.5709: the promise was 0.0200 [0.0135, 0.0265] too good."
    )
    assert "+0.0100 [0.0075, 0.0125]. With 3 fresh seeds" in selection
    assert "+0.0100 [0.0040, 0.0160]. The validation rows chose" in split
    assert "On average over 3 configurations" in average
    told = values["configurations"][0]
    assert told["selection"]["value"] + told["split"]["value"] == pytest.approx(
        told["total"]["value"]
    )


def test_what_chance_can_do_is_called_so(make_outcome: MakeOutcome) -> None:
    outcome = promised(make_outcome(), 0.5600, (0.5599, 0.5609, 0.5592))
    outcome = measured(outcome, Estimate(-0.0020, -0.0080, 0.0040), (0.5580, 0.5580, 0.5580))
    told = [sentence.replace(MINUS, "-") for sentence in say(outcome)["said"]["optimism"]]
    assert "the test is 0.0020 [-0.0044, 0.0084] better (not distinguishable from 0)." in told[0]
    assert "0.0000 [-0.0021, 0.0021] (not distinguishable from 0)" in told[1]
    assert "-0.0020 [-0.0080, 0.0040] (not distinguishable from 0)" in told[2]


def test_without_a_test_the_split_says_how_to_get_it(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(test=False)
    values = say(outcome)
    assert "on the validation rows that chose it." in values["said"]["optimism"][0]
    assert "needs the test rows. Run hpsearch optimize" in values["said"]["optimism"][2]
    assert {one["total"] for one in values["configurations"]} == {None}
    assert sections.figures(LUCK, outcome).keys() == {"promises", "winners"}


def test_a_single_seed_has_no_interval_and_says_so(make_outcome: MakeOutcome) -> None:
    values = say(make_outcome(seeds=1))
    first, selection, _, lacking, _ = values["said"]["optimism"]
    assert "distinguishable" not in first + selection
    assert lacking.startswith("A single seed gives no interval")
    told = values["configurations"][0]
    assert (told["selection"]["low"], told["total"]["high"], told["deviation"]) == (None,) * 3


def test_a_diverged_seed_leaves_its_configuration_without_a_mean(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    first, second, third = outcome.standings
    values = say(with_standings(outcome, first, second, diverge(third)))
    assert "On average over 2 configurations" in values["said"]["optimism"][-1]
    last = values["configurations"][-1]
    assert (last["fresh"], last["deviation"], last["selection"], last["total"]) == (None,) * 4
    assert last["first_by_rows"] == 0
    assert sum(one["first_by_rows"] for one in values["configurations"]) == 1

    alone = with_standings(outcome, diverge(first))
    assert "it diverged" in say(alone)["said"]["optimism"][0]


def test_without_retraining_the_choice_is_still_judged(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(standings=0)
    values = say(outcome)
    assert "Run hpsearch optimize" in values["said"]["optimism"][0]
    assert values["said"]["seeds"] is None
    assert sections.figures(LUCK, outcome).keys() == {"winners"}


def test_without_losses_the_leaderboard_is_still_told(make_outcome: MakeOutcome) -> None:
    outcome = replace(make_outcome(), history=lambda _: UNTRAINED)
    values = say(outcome)
    assert values["choice"] is None
    assert values["rows"] is None
    assert {one["first_by_rows"] for one in values["configurations"]} == {None}
    assert sections.figures(LUCK, outcome).keys() == {"promises"}
    assert isinstance(LUCK.values(with_standings(outcome)), str)


@pytest.mark.parametrize("trials", [[], [make_diverged(0)], [make_trial(0, "pruned")]])
def test_without_a_complete_trial_there_is_one_line(make_outcome: MakeOutcome, trials: Any) -> None:
    said = LUCK.values(make_outcome(trials, standings=0))
    assert isinstance(said, str)
    assert "There is no winner" in said
    assert "\n" not in said


def test_one_trial_alone_could_not_have_been_another(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome([make_trial(0)])
    values = say(outcome)
    assert "one complete trial" in values["said"]["choice"]
    assert values["said"]["rows"] is None
    assert sections.figures(LUCK, outcome).keys() == {"promises"}


def test_the_choice_and_its_rows_follow_from_the_losses(make_outcome: MakeOutcome) -> None:
    """Rows of all trials differ by noise of 0.2, so a difference scatters by 0.28: 12,000 rows.

    The deviation of 1,000 rows leaves 5 % of its value in fewer than 1 of 10,000 runs.
    """
    values = say(make_outcome(100))
    choice = values["choice"]
    complete = sum(trial.state == "complete" for trial in make_outcome(100).trials)
    assert choice["trials"] == complete
    assert choice["contenders"][0]["trial"] == choice["best"]
    assert choice["contenders"][0]["rank"] == 1
    shares = [one["share"] for one in choice["contenders"]]
    assert shares == sorted(shares, reverse=True)
    assert 0 < choice["luck"] == pytest.approx(choice["corrected"]["value"] - choice["value"])
    rows = values["rows"]
    assert rows["deviation"] == pytest.approx(0.2 * math.sqrt(2), rel=0.05)
    assert not rows["enough"]
    assert f"Set data.validation to {rows['needed']:,} or more" in values["said"]["rows"]


def test_enough_rows_are_called_enough(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome()
    first = outcome.history(outcome.trials[0].run)

    def alike(run: str) -> Any:
        """Every run with the first one's row losses, moved to its own mean."""
        found = outcome.history(run)
        apart = found.losses.mean() - first.losses.mean() if len(found.losses) else 0.0
        return replace(found, losses=first.losses + apart if len(found.losses) else found.losses)

    values = say(replace(outcome, history=alike))
    assert values["said"]["rows"].startswith("The 1,000 validation rows are enough.")
    assert "would have won 100.0% of the time" in values["said"]["choice"]


def test_figures_are_well_formed_and_the_same_each_time(make_outcome: MakeOutcome) -> None:
    outcome = make_outcome(60, standings=25)
    figures = sections.drawn(LUCK, outcome)
    assert figures == sections.drawn(LUCK, outcome)
    for name, svg in figures.items():
        root = ElementTree.fromstring(svg)
        assert root.attrib["role"] == "img"
        assert root[1].tag.endswith("desc")
        ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
        assert all(one.startswith(f"luck-{name}-") for one in ids)
    words = "".join(ElementTree.fromstring(figures["promises"]).itertext())
    for label in ("in the search", "fresh seeds", "their mean", "test, their mean", "20 · trial"):
        assert label in words


@pytest.mark.parametrize("lacking", ["nothing", "test", "seeds", "standings", "choice"])
def test_pages_say_it_in_words_and_tables(make_outcome: MakeOutcome, lacking: str) -> None:
    outcome = make_outcome(
        [make_trial(0)] if lacking == "choice" else 30,
        standings=0 if lacking == "standings" else 3,
        seeds=1 if lacking == "seeds" else 3,
        test=lacking != "test",
    )
    outcome.folder.mkdir()
    paths = write_report(outcome, times=False)
    said = json.loads(paths.json.read_text(encoding="utf-8"))["luck"]["said"]
    page = Page(paths.html.read_text(encoding="utf-8"))
    markdown = paths.markdown.read_text(encoding="utf-8").replace("\\", "")
    assert not page.unclosed
    told = [*said["optimism"], *(said[key] for key in ("choice", "seeds", "rows") if said[key])]
    for sentence in told:
        assert sentence in page.text()
        assert sentence in markdown
    labels = {
        "nothing": {"Optimism by rank", "Leaderboard", "Trials that would have won"},
        "standings": {"Trials that would have won"},
        "choice": {"Optimism by rank", "Leaderboard"},
    }
    regions = {one.attributes.get("aria-label", "") for one in page.elements}
    every = labels["nothing"]
    assert regions & every == labels.get(lacking, every)
    for line in markdown.splitlines():
        if line.startswith("| 1 |"):
            assert "None" not in line
