"""Consent pages in the provider's panel (R-M7): the list, the maker with its preview, one page with link and QR."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from consents.enums import Channel
from consents.forms.consent_pages import PageForm
from consents.models import ConsentPage, ConsentText
from consents.selectors import consent_pages as selectors
from consents.selectors.texts import choosable
from consents.services import consent_pages as services
from consents.services import texts
from iys_portal.accounts.permissions import Permission
from iys_portal.core.errors import FieldsInvalid
from iys_portal.core.forms import show_refusal
from iys_portal.core.numbers import number_in
from providers.models import Brand

from .base import ActorView

PICTURES = {"svg": "image/svg+xml", "png": "image/png"}


class PageView(ActorView):
    """Everybody who sees the panel reads its pages; managers make them."""

    permission = Permission.PROVIDER_VIEW

    def page(self, public_id: str) -> ConsentPage:
        found = selectors.page_of(self.actor, public_id)
        if found is None:
            raise Http404
        return found

    @cached_property
    def may_write(self) -> bool:
        return texts.may_write(self.actor)


class PagesView(PageView):
    """All pages of the actor's brands, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = [(page, page.state(timezone.localdate())) for page in selectors.visible(self.actor)[:200]]
        return render(request, "consents/pages/list.html", {"rows": rows, "may_write": self.may_write})


class OneView(PageView):
    """One page: how it looks, its link, QR code and frame, and what came of it."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        page = self.page(public_id)
        context = {
            "page": page,
            "state": page.state(timezone.localdate()),
            "may_write": self.may_write,
            "preview": {
                "text": page.text,
                "title": page.title,
                "purpose": page.purpose,
                "channels": page.offered,
            },
            "address": address_of(page),
            "frame_address": settings.PORTAL_URL + reverse("consents:page-embedded", args=[page.public_id]),
        }
        return render(request, "consents/pages/detail.html", context)


class QrView(PageView):
    """The page's address as a QR code, to be printed: SVG or PNG."""

    def get(self, request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
        if kind not in PICTURES:
            raise Http404
        page, out = self.page(public_id), BytesIO()
        code = segno.make(address_of(page), error="m", micro=False)
        code.save(out, kind=kind, scale=10, border=4, dark="#17212e", light="#ffffff")
        response = HttpResponse(out.getvalue(), content_type=PICTURES[kind])
        if "indir" in request.GET:
            response["Content-Disposition"] = f'attachment; filename="onay-sayfasi-{page.public_id}.{kind}"'
        return response


def address_of(page: ConsentPage) -> str:
    """The address that people open; it names the page and nobody."""
    return settings.PORTAL_URL + reverse("consents:page-public", args=[page.public_id])


class WriteView(PageView):
    """What the maker's two forms share."""

    permission = Permission.PROVIDER_SETTINGS

    def form(self, *args: Any, text: ConsentText | None = None, **kwargs: Any) -> PageForm:
        """`text` is the one that a page has already; it stays choosable, and with it its brand."""
        brands = Brand.objects.visible_to(self.actor).filter(is_active=True)
        if text is not None:
            brands = brands.filter(pk=text.brand_id)
        day = timezone.localdate()
        open_ = [one for one in choosable(brands) if one.valid_until is None or one.valid_until >= day or one == text]
        domains = [domain for brand in brands for domain in services.domains_of(brand)]
        return PageForm(*args, texts=open_, domains=domains, **kwargs)

    def answer(
        self, request: HttpRequest, form: PageForm, *, page: ConsentPage | None = None, status: int = 200
    ) -> HttpResponse:
        context = {"form": form, "page": page, "preview": preview_of(form)}
        return render(request, "consents/pages/form.html", context, status=status)


class NewView(WriteView):
    """A new page, perhaps begun from a text (`?metin=`)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        initial: dict[str, Any] = {"text": request.GET.get("metin", "")}
        return self.answer(request, self.form(initial=initial))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid():
            try:
                page = services.create_page(actor=self.actor, **form.cleaned_data)
            except FieldsInvalid as error:
                show_refusal(form, error)
            else:
                messages.success(request, _("The page is open. Its link and QR code stand below."))
                return redirect("consents:page", page.public_id)
        return self.answer(request, form, status=422)


class ChangeView(WriteView):
    """Change a page; visitors see the new version from now on."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        page = self.page(public_id)
        initial = {name: getattr(page, name) for name in services.FIELDS}
        initial["retailer"] = page.retailer.code if page.retailer else ""
        return self.answer(request, self.form(initial=initial, text=page.text), page=page)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        page = self.page(public_id)
        form = self.form(request.POST, text=page.text)
        if form.is_valid():
            try:
                services.change_page(actor=self.actor, page_id=page.pk, changes=form.cleaned_data)
            except FieldsInvalid as error:
                show_refusal(form, error)
            else:
                messages.success(request, _("Changed. Whoever opens the page from now on sees the new version."))
                return redirect("consents:page", page.public_id)
        return self.answer(request, form, page=page, status=422)


class PreviewView(WriteView):
    """The maker's live preview: what stands in the form, as visitors would see it. Nothing is stored."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        return render(request, "consents/pages/preview.html", {"preview": preview_of(self.form(request.POST))})


class SwitchView(PageView):
    """Open or close a page by POST."""

    permission = Permission.PROVIDER_SETTINGS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        on = request.POST.get("durum") == "acik"
        services.switch_page(actor=self.actor, page_id=self.page(public_id).pk, on=on)
        messages.success(request, _("The page is open.") if on else _("The page is closed; consents stay as they are."))
        return redirect("consents:page", public_id)


def preview_of(form: PageForm) -> Mapping[str, Any]:
    """What a visitor would see of a form that may be half filled in."""
    if form.is_bound:
        form.is_valid()
        found = dict(form.cleaned_data)
    else:
        found = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    text = found.get("text")
    if not isinstance(text, ConsentText):
        choices: Any = form.fields["text"]
        first = next((pk for pk, _label in choices.choices), None)
        text = choices.queryset.filter(pk=number_in(str(text)) or first).first()
    numbers = {int(channel) for channel in found.get("channels") or ()}
    return {
        "text": text,
        "title": found.get("title") or "",
        "purpose": found.get("purpose") or "",
        "channels": [channel for channel in Channel if channel in numbers],
    }
