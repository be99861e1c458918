"""Lists as files: the columns, the rows out of the big tables, and the kinds of file.

Rows are read in slices by address, each a short query of its own, so that neither memory nor a transaction grows with
the list.
"""

from .columns import AT_MOMENT, COLUMNS, HISTORY_COLUMNS, heading, sample
from .files import CSV, XLSX, csv_parts, excel_csv, write_csv, write_xlsx
from .rows import Listing, text_rows
from .tables import Table

__all__ = [
    "AT_MOMENT",
    "COLUMNS",
    "CSV",
    "HISTORY_COLUMNS",
    "XLSX",
    "Listing",
    "Table",
    "csv_parts",
    "excel_csv",
    "heading",
    "sample",
    "text_rows",
    "write_csv",
    "write_xlsx",
]
