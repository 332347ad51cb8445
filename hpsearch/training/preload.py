"""What takes seconds to import: once, in the server that all workers are forked from.

It must run nothing: a process in which TensorFlow has computed can't be forked.
"""

import keras  # noqa: F401
import tensorflow  # noqa: F401
