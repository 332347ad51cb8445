"""What one would use anyway: the tutorial's networks, and models of scikit-learn."""

from hpsearch.models.preparation import preparations_of
from hpsearch.models.tutorial import TUTORIAL, tutorial_recipe
from hpsearch.seeds import baseline_seed
from hpsearch.study.sections import BASELINES
from hpsearch.study.spec import StudySpec
from hpsearch.tasks.task import Task
from hpsearch.training.run import Run


def label_of(task: Task, baseline: str) -> str:
    """The name for people."""
    labels = {estimator.name: estimator.label for estimator in task.estimators}
    return labels.get(baseline) or TUTORIAL[baseline].label


def is_network(baseline: str) -> bool:
    """Whether it is one of the tutorial's networks."""
    return baseline in TUTORIAL


def baseline_runs(spec: StudySpec, classes: int) -> tuple[Run, ...]:
    """The trainings of the networks among the study's baselines, one seed each."""
    usual = preparations_of(spec.space)[0]
    return tuple(
        Run(
            f"baseline-{name}",
            TUTORIAL[name].label,
            name,
            tutorial_recipe(
                name,
                preparation=usual,
                task=spec.task.name,
                objective=spec.task.metric.name,
                classes=classes,
                epochs=spec.evaluate.baseline_epochs,
                engine=spec.training.engine,
            ),
            baseline_seed(spec.study.seed, BASELINES.index(name)),
            folds=spec.folds,
        )
        for name in spec.evaluate.baselines
        if is_network(name)
    )


def baseline_models(spec: StudySpec) -> dict[str, int]:
    """The models of scikit-learn among the study's baselines, each with its seed."""
    return {
        name: baseline_seed(spec.study.seed, BASELINES.index(name))
        for name in spec.evaluate.baselines
        if not is_network(name)
    }
