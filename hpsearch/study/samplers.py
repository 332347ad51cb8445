"""``[search.sampler]``: the samplers by name, with the options of each.

What each does is written in ``hpsearch/search/proposers/``, whose registry has an entry for each.
``learns`` says whether a sampler proposes more of what was good.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from hpsearch.study.section import MOST, StudyTable
from hpsearch.study.tagged import Tagged

#: Trials that are drawn at random before a model of them is made.
StartupTrials = Annotated[int, Field(ge=0, le=MOST)]


class Tpe(StudyTable):
    """Optuna's tree-structured Parzen estimator, which models conditional parameters jointly."""

    learns: ClassVar[bool] = True
    name: Literal["tpe"] = "tpe"
    startup_trials: StartupTrials = 10


class Random(StudyTable):
    """Independent random values."""

    learns: ClassVar[bool] = False
    name: Literal["random"] = "random"


class Bayesian(StudyTable):
    """KerasTuner's Gaussian process and its lower confidence bound."""

    learns: ClassVar[bool] = True
    name: Literal["bayesian"] = "bayesian"
    startup_trials: StartupTrials = 10


class KerasTunerRandom(StudyTable):
    """KerasTuner's random values, which repeat no configuration."""

    learns: ClassVar[bool] = False
    name: Literal["keras_tuner_random"] = "keras_tuner_random"


Sampler = Annotated[
    Tpe | Random | Bayesian | KerasTunerRandom, Field(discriminator="name"), Tagged("tpe")
]
