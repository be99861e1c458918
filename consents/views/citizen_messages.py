"""Messages that companies recorded for a citizen's addresses (R-S3): the list, and one with the consent as it was."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from consents.hooks import complaint_link
from consents.selectors import own_messages as selectors
from iys_portal.accounts.selectors import addresses_of
from iys_portal.core import audit
from iys_portal.core.numbers import page_in

from .citizen import CitizenView


class OwnMessagesView(CitizenView):
    """All of them, newest first. Reading leaves a note in the audit log and nothing else."""

    def get(self, request: HttpRequest) -> HttpResponse:
        addresses = addresses_of(self.actor.id)
        page = selectors.own_messages(addresses, number=page_in(request.GET.get("sayfa", "")))
        audit.record("message.read_own", ("accounts.user", str(self.actor.id)), actor=self.actor)
        links = {"previous_url": page.before, "next_url": page.after, "first_url": 1 if page.before > 1 else 0}
        context = {name: f"?sayfa={place}" if place else "" for name, place in links.items()}
        about = {"rows": page.rows, "several": len(addresses) > 1}
        return render(request, "consents/citizen/messages.html", context | about)


class OwnMessageView(CitizenView):
    """One message: its words, whether it was allowed, and what the registry held about the consent then (R-L4)."""

    def get(self, request: HttpRequest, public_id: UUID, address_id: int) -> HttpResponse:
        found = selectors.own_message(addresses_of(self.actor.id), public_id, address_id)
        if found is None:
            raise Http404
        message = found.told.message
        audit.record("message.read_own", message, actor=self.actor, provider_id=message.brand.provider_id)
        context = {
            "told": found.told,
            "message": message,
            "then": selectors.consent_then(found),
            "refusable": selectors.may_refuse(found),
            "complaint": complaint_link(
                brand_id=message.brand_id, channel=message.channel, address_id=address_id, message_id=message.pk
            ),
        }
        return render(request, "consents/citizen/message.html", context)
