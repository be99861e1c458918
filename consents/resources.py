"""Announced deadlines in files (style 18); consents have the engine, not these resources."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.widgets import Widget

from iys_portal.core.resources import ByNumberWidget, ChoiceWidget, KeyLoader, ReferenceResource, column
from providers.enums import SizeClass
from providers.models import Provider

from .models import DeadlineExtension
from .services import deadlines

DAY_FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")


class DayWidget(Widget):
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


def _providers() -> QuerySet[Provider]:
    return Provider.objects.order_by()


class DeadlineResource(ReferenceResource):
    """One announcement a row, known by its last day and whom it concerns."""

    announced_on = column("announced_on", "announcedOn", DayWidget())
    until = column("until", "until", DayWidget())
    check_until = column("check_until", "checkUntil", DayWidget())
    size_class = column("size_class", "sizeClass", ChoiceWidget(SizeClass, blank=True))
    provider = column(
        "provider",
        "iysCode",
        ByNumberWidget(
            _providers,
            "iys_code",
            gettext_lazy("There is no provider with the number %(number)s."),
            blank=True,
        ),
    )
    reference = column("reference", "reference")
    reason = column("reason", "reason")

    headings = {
        "announcedOn": ("Duyuru tarihi", "İlan tarihi"),
        "until": ("Son gün", "Son yükleme günü", "Son tarih"),
        "checkUntil": ("Kontrol son günü", "Alıcı kontrol tarihi"),
        "sizeClass": ("Büyüklük", "Ölçek"),
        "iysCode": ("İYS numarası", "İYS no"),
        "reference": ("Dayanak", "Referans"),
        "reason": ("Gerekçe",),
    }
    needed = ("announced_on", "reference")

    class Meta:
        model = DeadlineExtension
        fields = ("announced_on", "until", "check_until", "size_class", "provider", "reference", "reason")
        import_id_fields = ("until", "size_class", "provider")
        instance_loader_class = KeyLoader
        skip_unchanged = True
        name = gettext_lazy("Initial upload deadlines")

    def get_queryset(self) -> QuerySet[DeadlineExtension]:
        return DeadlineExtension.objects.select_related("provider")

    def create(self, instance: DeadlineExtension, values: dict[str, Any]) -> DeadlineExtension:
        return deadlines.announce_deadline(actor=self.acting, **values)

    def update(self, instance: DeadlineExtension, values: dict[str, Any]) -> DeadlineExtension:
        return deadlines.correct_deadline(actor=self.acting, deadline=instance, changes=values)
