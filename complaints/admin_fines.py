"""The amounts of fines among the reference data (R-K9)."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.backends import register_admin_model
from iys_portal.accounts.permissions import Permission
from iys_portal.core.reference_admin import ReferenceAdmin
from iys_portal.core.resources import ChoiceWidget, DayWidget, KeyLoader, NumberWidget, ReferenceResource, column

from .enums import Breach
from .models import FineAmount
from .services import fines

register_admin_model("complaints.fineamount", view=Permission.REFERENCE_VIEW, change=Permission.REFERENCE_CHANGE)


class FineResource(ReferenceResource):
    """One amount a row, known by its breach and first day."""

    breach = column("breach", "breach", ChoiceWidget(Breach))
    valid_from = column("valid_from", "validFrom", DayWidget())
    least = column("least", "least", NumberWidget())
    most = column("most", "most", NumberWidget())
    times = column("times", "times", NumberWidget())
    reference = column("reference", "reference")

    headings = {
        "breach": ("İhlal", "Aykırılık"),
        "validFrom": ("Geçerlilik başlangıcı", "Yürürlük tarihi"),
        "least": ("Alt sınır", "En az"),
        "most": ("Üst sınır", "En çok"),
        "times": ("Kat", "Katı"),
        "reference": ("Dayanak", "Referans"),
    }
    needed = ("breach", "valid_from", "least", "most")

    class Meta:
        model = FineAmount
        fields = ("breach", "valid_from", "least", "most", "times", "reference")
        import_id_fields = ("breach", "valid_from")
        instance_loader_class = KeyLoader
        skip_unchanged = True
        name = _("Administrative fines")

    def create(self, instance: FineAmount, values: dict[str, Any]) -> FineAmount:
        return fines.add_fine(actor=self.acting, **values)

    def update(self, instance: FineAmount, values: dict[str, Any]) -> FineAmount:
        return fines.correct_fine(actor=self.acting, fine=instance, changes=values)


@admin.register(FineAmount)
class FineAdmin(ReferenceAdmin):
    """What a breach may cost from a day on; a new year's amount is a new row."""

    resource_classes = [FineResource]
    list_display = ["breach", "valid_from", "least", "most", "times", "reference"]
    list_filter = ["breach"]
    search_fields = ["reference"]
    ordering = ["breach", "-valid_from"]
    fields = ["breach", "valid_from", "least", "most", "times", "reference"]
    fixed_fields = ("breach", "valid_from")

    def create(self, *, actor: Any, values: dict[str, Any]) -> FineAmount:
        return fines.add_fine(actor=actor, **values)

    def update(self, *, actor: Any, obj: FineAmount, changes: dict[str, Any]) -> FineAmount:
        return fines.correct_fine(actor=actor, fine=obj, changes=changes)
