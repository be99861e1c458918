"""What a service raises when it refuses. One middleware turns these into pages and messages; each API has its own."""

from collections.abc import Iterable
from typing import TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal that a user can understand. `status` is the HTTP status where no page shows it in place."""

    status = 409
    default: str | Promise = _("This is not possible.")

    def __init__(self, message: str | Promise | None = None, *, code: str = "") -> None:
        self.message = message or self.default
        self.code = code
        super().__init__(str(code or type(self).__name__))

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(DomainError):
    """The actor lacks the permission."""

    status = 403
    default = _("You are not allowed to do this.")


class NotFound(DomainError):
    """The row does not exist, or not for this actor (R-A1)."""

    status = 404
    default = _("This was not found.")


class WrongMoment(DomainError):
    """The object is in a state in which this cannot be done (any more)."""

    default = _("This can no longer be done; somebody may have been quicker.")


class Invalid(DomainError):
    """The input does not hold. `field` names where."""

    status = 422
    default = _("The input is not valid.")

    def __init__(self, message: str | Promise | None = None, *, code: str = "", field: str | None = None) -> None:
        super().__init__(message, code=code)
        self.field = field


class FieldsInvalid(Invalid):
    """Several things about a row do not hold; `errors` gives the messages by field."""

    def __init__(self, error: ValidationError) -> None:
        self.errors: dict[str, list[str]] = error.message_dict
        first, messages = next(iter(self.errors.items()))
        super().__init__(messages[0], code="fields", field=None if first == NON_FIELD_ERRORS else first)

    def as_validation_error(self) -> ValidationError:
        return ValidationError(self.errors)


Row = TypeVar("Row", bound=Model)


def checked(row: Row, *, exclude: Iterable[str] = ()) -> Row:
    """The row, when its fields and constraints hold (`full_clean`). Raises `FieldsInvalid`."""
    try:
        row.full_clean(exclude=exclude)
    except ValidationError as error:
        raise FieldsInvalid(error) from error
    return row
