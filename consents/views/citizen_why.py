"""“Why did I get this?”: from a message to its brand, and to the consent behind it. Nothing that is pasted is kept."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from consents.enums import Channel
from consents.forms.citizen import WhyForm
from consents.hooks import complaint_link
from consents.selectors.own import OwnBrand, own_brands, own_since
from consents.why import clues_of, read_mail
from iys_portal.accounts.services import TooMany, count
from iys_portal.core import audit
from iys_portal.core.eml import MAX_BYTES
from iys_portal.core.refused_files import FileRefused
from providers.selectors.brand_search import Found, brands_by

from .citizen import CitizenView

PER_HOUR = 60
"""Questions of one citizen in an hour: enough for every message of a bad day, too few to list the registry's brands."""


@dataclass(frozen=True)
class Candidate:
    """A brand that the message may be from, and what it holds of the person."""

    found: Found
    own: OwnBrand | None
    complaint: str | None  # where to complain about it, with what is known filled in


@method_decorator(sensitive_post_parameters(), name="dispatch")
class WhyView(CitizenView):
    """The question by GET, the answer by POST: a message must not stand in an address (R-G4)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, WhyForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = WhyForm(request.POST, request.FILES)
        try:
            count(
                f"citizen-{self.actor.id}",
                what="why",
                limit=PER_HOUR,
                sentence=_("You asked many questions within an hour. Please go on later."),
            )
            asked = self.asked(form) if form.is_valid() else None
        except TooMany as error:
            form.add_error(None, str(error))
            return self.page(request, form, status=429)
        except FileRefused as refused:
            form.add_error("file", f"{refused.message} {refused.advice}")
            asked = None
        if asked is None:
            return self.page(request, form, status=422)
        unknown = complaint_link(**asked["known"])
        return self.page(request, form, asked=asked, candidates=self.candidates(asked), complaint=unknown)

    def asked(self, form: WhyForm) -> dict[str, Any]:
        """The text, the sender and the hosts, from the fields or from the e-mail file; `known` begins a complaint."""
        data = form.cleaned_data
        known = {"sender": data["sender"], "text": data["text"]}
        asked: dict[str, Any] = {"text": data["text"], "sender": data["sender"], "hosts": (), "known": known}
        if data["file"]:
            mail = read_mail(data["file"].read(MAX_BYTES + 1))
            asked["text"] = f"{asked['text']}\n{mail.clues_text}".strip()
            asked["sender"] = asked["sender"] or mail.sender
            asked["hosts"] = mail.hosts
            asked["known"] = {
                "sender": data["sender"] or mail.address,
                "subject": mail.subject,
                "text": data["text"] or mail.text,
                "message_at": mail.sent_at.isoformat() if mail.sent_at else "",
                "channel": int(Channel.EPOSTA),
            }
        return asked

    def candidates(self, asked: dict[str, Any]) -> list[Candidate]:
        found = brands_by(clues_of(asked["text"], sender=asked["sender"], hosts=asked["hosts"]))
        addresses, ids = self.addresses(), [one.brand.pk for one in found]
        audit.record("consent.read_own", ("accounts.user", str(self.actor.id)), actor=self.actor)
        own = own_brands([row.address for row in addresses], now=timezone.now(), brands=ids, since=own_since(addresses))
        by_brand = {one.brand.pk: one for one in own}
        candidates = [
            Candidate(one, by_brand.get(one.brand.pk), complaint_link(brand_id=one.brand.pk, **asked["known"]))
            for one in found
        ]
        return sorted(candidates, key=lambda one: (-one.found.score, one.own is None))  # whoever holds a consent first

    def page(self, request: HttpRequest, form: WhyForm, *, status: int = 200, **answer: Any) -> HttpResponse:
        context = {"form": form, "addresses": self.addresses(), **answer}
        return render(request, "consents/citizen/why.html", context, status=status)
