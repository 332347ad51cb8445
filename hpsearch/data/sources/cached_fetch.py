"""What scikit-learn fetches for us, once, into the cache that all studies share."""

import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hpsearch.errors import DownloadError
from hpsearch.files import cache_folder, can_be_written

__all__ = ["cached_fetch"]


def cached_fetch(
    fetch: Callable[[Path], Any], *, what: str, instead: str, tell: Callable[[str], None]
) -> Any:
    """What a function fetches, unless it is in the folder that the function is given.

    Args:
        fetch: Looks in the folder first, and keeps there what it fetched.
        what: Its name for people.
        instead: A way out for who has no network.
        tell: Takes the warnings of the function, a line each.

    Raises:
        DownloadError: If it can't be fetched.
    """
    cache = cache_folder(os.environ)
    with tempfile.TemporaryDirectory() as temporary, warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        kept = cache if cache is not None and can_be_written(cache) else Path(temporary)
        try:
            fetched = fetch(kept)
        except OSError as error:  # what urllib raises without a network
            reason = getattr(error, "reason", None) or error
            raise DownloadError(
                f"{what} is not in the cache and could not be fetched ({reason}); run again with a "
                f"network, or {instead}"
            ) from None
    for warning in heard:
        if issubclass(warning.category, UserWarning):
            tell(f"{what}: {warning.message}")
    return fetched
