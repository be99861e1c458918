"""Reference data in and out of files, row by row through the services (style 18).

A resource names its columns as they are exported; an import also takes the Turkish headings and any spelling
that `core.turkish.fold` makes equal. Unknown headings are refused: no misspelt column is lost in silence.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from import_export import resources, widgets
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.results import Result

from .actors import Actor
from .audit import record
from .errors import DomainError, FieldsInvalid, Invalid
from .turkish import fold

YES = {fold(word) for word in ("1", "evet", "e", "var", "true", "doğru", "yes", "x")}
NO = {fold(word) for word in ("0", "hayır", "h", "yok", "false", "yanlış", "no")}
DAY_FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")


class YesNoWidget(widgets.Widget):
    """1 and 0 in files; also Evet/Hayır, Var/Yok, TRUE/FALSE. Nothing else is guessed."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        word = fold(str(value))
        if word in YES:
            return True
        if word in NO:
            return False
        raise ValueError(_("Write 1 or 0 (Evet or Hayır)."))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "1" if value else "0"


class NumberWidget(widgets.Widget):
    """A whole number without sign; dots between thousands are fine."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int:
        text = str(value).strip().replace(".", "").replace(" ", "")
        if not (text.isascii() and text.isdigit()):
            raise ValueError(_("Write a whole number."))
        return int(text)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)


class ChoiceWidget(widgets.Widget):
    """A choice by its value or by its label in either language."""

    def __init__(
        self,
        choices: type[models.TextChoices],
        words: Mapping[str, str] | None = None,
        *,
        blank: bool = False,
    ):
        super().__init__()
        self.words = {fold(word): value for word, value in (words or {}).items()}
        self.choices, self.blank = choices, blank

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        word = fold(str(value))
        if not word and self.blank:
            return ""
        known = {fold(member.value): member.value for member in self.choices}
        known |= {fold(str(member.label)): member.value for member in self.choices}
        found = (known | self.words).get(word)
        if found is None:
            raise ValueError(_("Write one of: %(choices)s.") % {"choices": ", ".join(self.choices.values)})
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(value or "")


class TextWidget(widgets.Widget):
    """Text as it is; a cell that a spreadsheet made a number becomes its digits."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return str(value)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(value or "")


class DayWidget(widgets.Widget):
    """A day: 2020-06-01, 01.06.2020, 01/06/2020 or a spreadsheet's own date."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> date | None:
        if isinstance(value, date):
            return value.date() if isinstance(value, datetime) else value
        text = str(value).strip()
        if not text:
            return None
        for form in DAY_FORMS:
            try:
                return datetime.strptime(text, form).date()
            except ValueError:
                continue
        raise ValueError(_("Write the day as 2020-06-01 or 01.06.2020."))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.isoformat() if value else ""


class ByNumberWidget(widgets.Widget):
    """A row of another table by its public number; the table's numbers are read once for the whole file."""

    def __init__(self, queryset: Any, field: str, message: Any, *, blank: bool = False) -> None:
        super().__init__()
        self.queryset, self.field, self.message, self.blank = queryset, field, message, blank
        self.found: dict[str, Any] | None = None

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = str(value).strip()
        if not text and self.blank:
            return None
        if self.found is None:
            self.found = {str(getattr(item, self.field)): item for item in self.queryset()}
        if text not in self.found:
            raise ValueError(self.message % {"number": text[:20]})
        return self.found[text]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(getattr(value, self.field))


class CellDiff(resources.Diff):
    """What a row would change, cell by cell; the package's own marks carry inline styles, which our CSP refuses."""

    def as_html(self) -> list[SafeString]:
        before = self.left or [""] * len(self.right)
        return [
            format_html("{}", new) if old == new else format_html("<del>{}</del> <ins>{}</ins>", old, new)
            for old, new in zip(before, self.right, strict=False)
        ]


class KeyLoader(BaseInstanceLoader):
    """Finds rows by the resource's key, all read at once instead of one query a row."""

    def __init__(self, resource: "ReferenceResource", dataset: tablib.Dataset | None = None) -> None:
        super().__init__(resource, dataset)
        self.found = {resource.key_of_instance(item): item for item in resource.get_queryset()}

    def get_instance(self, row: dict[str, Any]) -> Any:
        return self.found.get(self.resource.key_of_row(row))


class ReferenceResource(resources.ModelResource):
    """Rows go to `create` and `update`, which call services as the actor; refusals become row errors."""

    headings: dict[str, Iterable[str]] = {}  # column name → other headings it is known by
    needed: tuple[str, ...] = ()  # attributes without which no row is created
    create: Callable[[Any, dict[str, Any]], models.Model]  # (instance, values)
    update: Callable[[Any, dict[str, Any]], models.Model]

    def __init__(self, *, actor: Actor | None = None) -> None:
        super().__init__()
        self.actor = actor

    @classmethod
    def get_diff_class(cls) -> type[CellDiff]:
        return CellDiff

    @property
    def acting(self) -> Actor:
        if self.actor is None:
            raise RuntimeError("a resource that writes needs an actor")
        return self.actor

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        """Give every heading its column's name. Raises `ValueError` for unknown, missing and double ones."""
        headings = [str(heading) for heading in dataset.headers or []]
        known = {fold(other): name for name, others in self.headings.items() for other in others}
        known |= {fold(field.column_name): field.column_name for field in self.fields.values()}
        found = [known.get(fold(heading), "") for heading in headings]
        if message := self._problem_of(headings, found):
            dataset.wipe()  # the package would go on with the rows
            raise ValueError(message)
        dataset.headers = found
        self._columns = set(found)
        self._seen: set[tuple[str, ...]] = set()

    def _problem_of(self, headings: list[str], found: list[str]) -> str:
        names = ", ".join(field.column_name for field in self.get_import_fields())
        if unknown := [heading for heading, name in zip(headings, found, strict=True) if not name]:
            return _("Unknown columns: %(unknown)s. Known are: %(known)s.") % {
                "unknown": ", ".join(unknown),
                "known": names,
            }
        if double := [name for name, times in Counter(found).items() if times > 1]:
            return _("Two columns mean the same: %(names)s.") % {"names": ", ".join(double)}
        if missing := [field.column_name for field in self._key_fields() if field.column_name not in found]:
            return _("These columns are missing: %(names)s.") % {"names": ", ".join(missing)}
        return ""

    def _key_fields(self) -> list[Field]:
        return [self.fields[name] for name in self.get_import_id_fields()]

    def key_of_instance(self, instance: Any) -> tuple[str, ...]:
        """A row's key as its file spells it."""
        return tuple(field.widget.render(field.get_value(instance)) for field in self._key_fields())

    def key_of_row(self, row: dict[str, Any]) -> tuple[str, ...] | None:
        """The same from a file's row, None where a cell of it cannot be read."""
        try:
            return tuple(field.widget.render(field.clean(row)) for field in self._key_fields())
        except ValueError:
            return None

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        """A key stands once in a file."""
        key = self.key_of_row(row)
        if key in self._seen:
            raise ValidationError(_("This row stands twice in the file: %(key)s.") % {"key": " · ".join(key or ())})
        if key is not None:
            self._seen.add(key)

    def validate_instance(
        self,
        instance: Any,
        import_validation_errors: dict[str, Any] | None = None,
        validate_unique: bool = True,
    ) -> None:
        """Cells that could not be read; the rules themselves are the service's."""
        if import_validation_errors:
            raise self.by_column(ValidationError(import_validation_errors))

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        values = {
            field.attribute: getattr(instance, field.attribute)
            for field in self.get_import_fields()
            if field.column_name in self._columns and not field.readonly
        }
        if is_create:
            self.check_needed()
        try:
            saved = self.create(instance, values) if is_create else self.update(instance, values)
        except DomainError as error:
            raise self.by_column(as_validation_error(error)) from error
        instance.__dict__.update(saved.__dict__)

    def check_needed(self) -> None:
        """Refuse a new row of a file that lacks a column without which none can be made."""
        needed = [self.fields[name].column_name for name in self.needed]
        if absent := [name for name in needed if name not in self._columns]:
            raise ValidationError({name: _("A new row needs this column.") for name in absent})

    def by_column(self, error: ValidationError) -> ValidationError:
        """The same messages under the headings of the file."""
        names = {field.attribute: field.column_name for field in self.fields.values()}
        return ValidationError({names.get(key, key): messages for key, messages in error.message_dict.items()})

    def after_import(self, dataset: tablib.Dataset, result: Result, **kwargs: Any) -> None:
        """Nothing: the package would reset the key's sequence, which the application's role may not."""

    def after_export(self, queryset: Any, dataset: tablib.Dataset, **kwargs: Any) -> None:
        """R-G3: every export is on record."""
        if self.actor is not None:
            label = self._meta.model._meta.label_lower
            record("reference.exported", (label, ""), actor=self.actor, new={"rows": len(dataset)})


def as_validation_error(error: DomainError) -> ValidationError:
    """A service's refusal in the form in which import pages and forms show it."""
    if isinstance(error, FieldsInvalid):
        return error.as_validation_error()
    field = error.field if isinstance(error, Invalid) and error.field else NON_FIELD_ERRORS
    return ValidationError({field: [str(error)]})


def column(attribute: str, name: str, widget: widgets.Widget | None = None, *, readonly: bool = False) -> Field:
    """One column of a resource: attribute of the row, heading in the file."""
    return Field(attribute=attribute, column_name=name, widget=widget or TextWidget(), readonly=readonly)
