"""HIGGS' columns and its first row.

Source: Whiteson, HIGGS (2014), UCI Machine Learning Repository, data set 280, CC BY 4.0.
"""

import math

from hpsearch.data.sources.rows import Layout
from hpsearch.errors import DataError, shown

NAMES = (
    *("lepton pT", "lepton eta", "lepton phi", "missing energy magnitude", "missing energy phi"),
    *(f"jet {jet} {what}" for jet in (1, 2, 3, 4) for what in ("pt", "eta", "phi", "b-tag")),
    *("m_jj", "m_jjj", "m_lv", "m_jlv", "m_bb", "m_wbb", "m_wwbb"),
)
LAYOUT = Layout(("label", *NAMES), 0)
FIRST_ROW = (1.0, 0.8692932128906250, -0.6350818276405334)


def check_first_row(line: bytes) -> None:
    """Check for the known first row, to three digits, since extracts of HIGGS are rounded.

    Raises:
        DataError: If it is another.
    """
    fields = line.split(b",")
    try:
        values = [float(field) for field in fields[: len(FIRST_ROW)]]
    except ValueError:
        values = []
    close = len(fields) == len(LAYOUT.names) and all(
        math.isclose(value, known, rel_tol=1e-3)
        for value, known in zip(values, FIRST_ROW, strict=True)
    )
    if not close:
        raise DataError(
            f"HIGGS must begin with the row {', '.join(map(str, FIRST_ROW))}, ..., "
            f"got {shown(line.decode(errors='replace'))}; "
            f"the source has changed: fetch HIGGS.csv.gz yourself and name it with --data"
        )
