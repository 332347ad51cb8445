"""What takes seconds to import: once, in the server that all workers are forked from.

It must run nothing: a process in which TensorFlow has computed can't be forked.
"""

import os

from hpsearch.processes import ENVIRONMENT, native_stderr_silenced

os.environ.update(ENVIRONMENT)
with native_stderr_silenced():
    import keras  # noqa: F401
    import tensorflow  # noqa: F401
