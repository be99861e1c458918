"""A provider's brands with their numbers, and how it stands."""

from typing import Any

from consents.selectors import api as selectors
from providers.api import brands
from providers.api.calls import Ask, Call
from providers.selectors.api import brands_of


class BrandsCall(Call):
    def get(self, ask: Ask) -> Any:
        rows = list(brands_of(ask.actor))
        totals = selectors.brand_totals(rows)
        return [
            {
                "brandCode": brand.brand_code,
                "name": brand.name,
                "master": brand.is_main,
                "stats": {
                    "consents": {"approval": approval, "rejection": rejection, "total": approval + rejection},
                    "retailers": {"total": getattr(brand, "dealers", 0)},
                },
            }
            for brand in rows
            for approval, rejection in [totals[brand.pk]]
        ]


class SubscriptionCall(brands.SubscriptionCall):
    def get(self, ask: Ask) -> Any:
        return {**super().get(ask), "usedConsentLimit": selectors.recipients_of_provider(ask.provider.pk)}
