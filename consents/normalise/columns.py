"""How expressions run: on all cores for a slice of a file, on the calling thread for a few rows."""

import polars as pl

FEW = 1_000
"""Rows up to which waking polars' thread pool (0.1 ms a time) costs more than it saves."""

NULL_TEXT = pl.lit(None, dtype=pl.String)


def number(value: int) -> pl.Expr:
    """A stored number or a problem's number, Int16."""
    return pl.lit(value, dtype=pl.Int16)


def extend(frame: pl.DataFrame, *columns: pl.Expr | pl.Series, **named: pl.Expr) -> pl.DataFrame:
    """`with_columns`, as the frame's height wants it."""
    if frame.height > FEW:
        return frame.with_columns(*columns, **named)
    return frame.with_columns_seq(*columns, **named)


def pick(frame: pl.DataFrame, *columns: str | pl.Expr, **named: pl.Expr) -> pl.DataFrame:
    """`select`, as the frame's height wants it."""
    if frame.height > FEW:
        return frame.select(*columns, **named)
    return frame.select_seq(*columns, **named)
