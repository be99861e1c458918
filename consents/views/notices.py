"""How the telling of recipients goes (R-M5): numbers of the last days, and the notices that went wrong."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from consents.forms.lists import NoticeFilterForm
from consents.selectors import notice_page as selectors
from iys_portal.accounts.permissions import Permission

from .base import ActorView


class NoticesView(ActorView):
    """Staff see the numbers of all providers; rows only of a brand that they chose."""

    permission = Permission.PROVIDER_VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        form = NoticeFilterForm(request.GET, actor=self.actor)
        place = {name: request.GET.get(name, "") for name in ("after", "before")}
        page = None
        if form.chosen_brand or not self.actor.all_providers:
            brands = [form.chosen_brand] if form.chosen_brand else form.choice.brands
            page = selectors.trouble_page(self.actor, brands=brands, states=form.states, **place)
        context = {
            "form": form,
            "page": page,
            "counts": selectors.counts(self.actor, now=timezone.now()),
            "days": selectors.DAYS,
        }
        links = _links(form, page, moved=any(place.values()))
        return render(request, "consents/notices/list.html", context | self.rights() | links)


def _links(form: NoticeFilterForm, page: selectors.TroublePage | None, *, moved: bool) -> dict[str, Any]:
    def at(**place: str) -> str:
        query = urlencode(form.chosen | place)
        return f"{reverse('consents:notices')}{'?' + query if query else ''}#trouble"

    return {
        "moved": moved,
        "first_url": at() if moved else "",
        "previous_url": at(before=page.before) if page and page.before else "",
        "next_url": at(after=page.after) if page and page.after else "",
    }
