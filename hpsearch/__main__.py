"""Where the program begins, also as ``python -m hpsearch``: before anything heavy is imported."""

import os
import sys
import warnings
from typing import NoReturn

from hpsearch import signals


def main() -> NoReturn:
    """Make the process independent of its surroundings, then run the command line."""
    signals.install()
    if sys.path and os.path.abspath(sys.path[0] or ".") == os.getcwd():
        # ``python -m`` puts the working folder first, where a user's random.py may lie.
        sys.path.append(sys.path.pop(0))
    warnings.resetwarnings()
    warnings.simplefilter("ignore")  # PYTHONWARNINGS=error is for the user's own code
    os.environ["MPLBACKEND"] = "svg"  # a notebook names one that only it has
    from hpsearch.cli import app

    app.main(at_end=signals.ignore)


if __name__ == "__main__":
    main()
