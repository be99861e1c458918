"""Raw text columns into typed columns, with the first problem of each row (R-C1 to R-C5, R-C19).

The one home of these rules for every way in: form, import, API and citizen page. A single consent is a
frame of one row. Columns are read by expressions, never row by row; no database and no models are touched.
"""

from .normalise import normalise
from .reading import Normalised, Reading

__all__ = ["Normalised", "Reading", "normalise"]
