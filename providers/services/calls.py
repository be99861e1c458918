"""Calls of the API are noted for the people who keep their keys."""

from uuid import UUID

from iys_portal.core import recent
from providers.selectors.calls import LoggedCall, name_of


def note_call(*, key: UUID, call: LoggedCall) -> None:
    """Keep one call of a key for a week. No lock and no row: where Valkey does not answer, it is not noted."""
    recent.keep(name_of(key, refused=call.refused), call, now=call.at)
