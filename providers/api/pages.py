"""`limit` and `offset` of a list, and the answer's `pagination`."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet

from .calls import Ask
from .errors import Fault, Refused, fault

LARGEST = 100


def limit_and_offset(ask: Ask, *, largest: int = LARGEST) -> tuple[int, int]:
    """Raises the 422 that names what is wrong with either."""
    faults: list[Fault] = []
    offset = _number(ask.query("offset"), 0)
    if offset is None or offset < 0:
        faults.append(fault("H183", location=["offset"], value=ask.query("offset")))
    limit = _number(ask.query("limit"), largest)
    if limit is None or limit < 0:
        faults.append(fault("H182", location=["limit"], value=ask.query("limit"), name="limit"))
    elif limit == 0:
        faults.append(fault("H187", location=["limit"], value=ask.query("limit")))
    elif limit > largest:
        faults.append(fault("H186", location=["limit"], value=ask.query("limit"), limit=largest))
    if faults or limit is None or offset is None:
        raise Refused(422, faults)
    return limit, offset


def page_of(
    ask: Ask, rows: Sequence[Any] | QuerySet[Any], *, told: Callable[[list[Any]], list[Any]] = list
) -> dict[str, Any]:
    """The page that was asked for, with its rows as `told` writes them."""
    limit, offset = limit_and_offset(ask)
    found = told(list(rows[offset : offset + limit]))
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    return {"list": found, "pagination": {"offset": offset, "pageSize": len(found), "totalCount": total}}


def _number(text: str, default: int) -> int | None:
    if not text:
        return default
    try:
        found = int(text)
    except ValueError:
        return None
    return found if abs(found) < 2**31 else None
