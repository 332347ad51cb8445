"""The tasks that a study may have, by name."""

from collections.abc import Mapping

from hpsearch.tasks.binary import BINARY
from hpsearch.tasks.multiclass import MULTICLASS
from hpsearch.tasks.regression import REGRESSION
from hpsearch.tasks.task import Task

TASKS: Mapping[str, Task] = {task.name: task for task in (BINARY, MULTICLASS, REGRESSION)}

#: By the name of each metric that trials may be ranked by, 1 where lower is better, otherwise -1.
SIGNS: Mapping[str, int] = {
    metric.name: metric.sign for task in TASKS.values() for metric in task.objectives
}
