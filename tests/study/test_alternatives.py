"""A hyperparameter with several domains, of which other values choose one."""

from typing import Any

import optuna
import pytest

from hpsearch.errors import StudyFileError
from hpsearch.search.suggest import suggest
from hpsearch.space.layered import entry_of
from hpsearch.study.reading import read_study_text
from hpsearch.study.spec import StudySpec
from hpsearch.wording import say_params

RATES = """[
    { float = [5e-3, 2e-2], log = true, when = { members = 1 } },
    { float = [2e-3, 4e-3], log = true, when = { members = [8, 16] } },
]"""


def study(rates: str = RATES, more: str = "") -> StudySpec:
    text = f"""
        [study]
        name = "s"
        [space]
        members = {{ choice = [1, 8, 16] }}
        optimizer = {{ choice = ["sgd", "adam"] }}
        learning_rate = {rates}
        {more}
    """
    return read_study_text(text, "s.toml", [])


def test_one_of_the_domains_is_alive_and_its_value_is_the_hyperparameters() -> None:
    spec = study()
    sampler = optuna.samplers.RandomSampler(seed=1)
    trials = optuna.create_study(sampler=sampler)
    for _ in range(30):
        values = suggest(trials.ask(), spec.space)
        names = [name for name in values if entry_of(name) == "learning_rate"]
        assert names == [f"learning_rate.{1 if values['members'] == 1 else 2}"]
        rate = spec.space.complete(values)["learning_rate"]
        assert rate == values[names[0]] == spec.recipe(values, 0).knobs.learning_rate
        assert 5e-3 <= rate <= 2e-2 if values["members"] == 1 else 2e-3 <= rate <= 4e-3
        assert names[0] not in spec.space.complete(values)
        assert f"learning_rate {rate:.4g}" in say_params(values)


def test_a_named_trial_has_the_hyperparameter_by_its_own_name() -> None:
    text = 'start = [{ members = 8, optimizer = "sgd", learning_rate = 3e-3 }]'
    spec = study(more=f"[search]\n{text}")
    assert spec.search.start == ({"members": 8, "optimizer": "sgd", "learning_rate": 3e-3},)
    with pytest.raises(StudyFileError, match=r"must be a value that is searched, got 0\.01"):
        study(more=f"[search]\n{text.replace('3e-3', '1e-2')}")


def test_a_domain_may_be_switched_off() -> None:
    spec = study(
        more="""l2 = [
            { off_or = [1e-6, 1e-3], when = { optimizer = "sgd" } },
            { float = [1e-3, 1e-2], when = { optimizer = "adam" } },
        ]"""
    )
    assert [parameter.name for parameter in spec.space.parameters][-3:] == [
        *("l2.1.on", "l2.1", "l2.2")
    ]
    off: dict[str, Any] = {"members": 1, "optimizer": "sgd", "learning_rate.1": 6e-3}
    assert spec.recipe({**off, "l2.1.on": False}, 0).knobs.l2 == 0
    assert spec.recipe({**off, "l2.1.on": True, "l2.1": 1e-4}, 0).knobs.l2 == 1e-4
    assert "l2 off" in say_params({**off, "l2.1.on": False})


@pytest.mark.parametrize(
    ("rates", "mistake"),
    [
        (
            "[{ float = [1e-3, 1e-2] }]",
            r"space\.learning_rate\.1\s+must have when",
        ),
        (
            "[{ float = [1e-3, 1e-2], when = { members = [1, 8] } }, "
            "{ float = [1e-3, 1e-2], when = { members = [8, 16] } }]",
            r"space\.learning_rate\.2\.when\s+must be alive only where domain 1 is not",
        ),
        (
            "[{ float = [1e-3, 1e-2], when = { members = 1 } }, "
            '{ float = [1e-3, 1e-2], when = { optimizer = "sgd" } }]',
            r"space\.learning_rate\.2\.when\s+must be alive only where domain 1 is not",
        ),
        (
            "[{ float = [1e-3, 1e-2], when = { members = 1 } }, "
            "{ float = [1e-2, 1e-3], when = { members = 8 } }]",
            r"space\.learning_rate\.2\.float\s+low must not be above high",
        ),
    ],
)
def test_domains_that_could_be_alive_at_once_are_a_mistake(rates: str, mistake: str) -> None:
    with pytest.raises(StudyFileError, match=mistake):
        study(rates)


def test_layers_have_one_domain() -> None:
    text = "layers = [{ int = [1, 2], when = { members = 1 } }]"
    with pytest.raises(StudyFileError, match=r"space\.layers\s+must have one domain"):
        study(more=text)
