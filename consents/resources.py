"""Announced deadlines in files (style 18); consents have the engine, not these resources."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from iys_portal.core.resources import (
    ByNumberWidget,
    ChoiceWidget,
    DayWidget,
    KeyLoader,
    ReferenceResource,
    column,
)
from providers.enums import SizeClass
from providers.models import Provider

from .models import DeadlineExtension
from .services import deadlines


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
