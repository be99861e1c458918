"""Which brands a key reaches, and how its provider or integrator stands."""

from typing import Any

from providers.selectors import api as selectors

from .calls import Ask, Call, number
from .errors import refuse
from .pages import page_of

NEVER = "9999-12-31 23:59:59"


class IntegratorCall(Call):
    """A path with an integrator's number: its own keys only."""

    def own(self, ask: Ask) -> int:
        if ask.holder.integrator_id is None:
            raise refuse(400, "H363")
        found = selectors.integrator_of(ask.holder.integrator_id)
        if found.iys_code != number(ask.path["integrator"]):
            raise refuse(403, "H353", name="integratorIysCode")
        return found.pk


class GrantedBrandsCall(IntegratorCall):
    """Every brand that was granted to the integrator, page by page."""

    def get(self, ask: Ask) -> Any:
        self.own(ask)
        return page_of(ask, selectors.granted(ask.holder, ask.now))


class GrantedBrandsOfCall(IntegratorCall):
    """The granted brands of one provider."""

    def get(self, ask: Ask) -> Any:
        self.own(ask)
        return page_of(ask, selectors.granted(ask.holder, ask.now, provider=ask.provider))


class SubscriptionCall(Call):
    """There are no packages here: what is told is how the provider stands, and how many recipients it has."""

    open_when_closed = True

    def get(self, ask: Ask) -> Any:
        return {
            **selectors.standing_of(ask.provider),
            "expirationDate": NEVER,
            "consentLimit": selectors.NO_LIMIT,
            "consentLimitExceed": True,
        }


class IntegratorSubscriptionCall(IntegratorCall):
    def get(self, ask: Ask) -> Any:
        pk = self.own(ask)
        return selectors.standing_of_integrator(pk)
