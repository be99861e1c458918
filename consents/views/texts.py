"""Consent texts: the list, one text with its checklist and preview, a new version, print (R-C18)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from consents.brand_choice import BrandChoice
from consents.forms.texts import ChecklistForm, EndForm, TextForm
from consents.models import ConsentText
from consents.selectors import texts as selectors
from consents.services import texts as services
from consents.text_rules import answers
from iys_portal.accounts.permissions import Permission
from iys_portal.core.errors import FieldsInvalid, Invalid
from iys_portal.core.forms import show_refusal
from iys_portal.core.numbers import number_in, page_in
from providers.models import Brand

from .base import ActorView


class TextView(ActorView):
    """Everybody who sees consents reads the texts; managers write them."""

    permission = Permission.PROVIDER_VIEW

    def text(self, text_id: int) -> ConsentText:
        text = selectors.text_of(self.actor, text_id, day=timezone.localdate())
        if text is None:
            raise Http404
        return text

    @cached_property
    def may_write(self) -> bool:
        """Managers of a provider that may record consents now (R-P7); staff read."""
        return services.may_write(self.actor)


class TextsView(TextView):
    """The texts of all brands that the actor sees, those of one brand together."""

    def get(self, request: HttpRequest) -> HttpResponse:
        choice = BrandChoice(self.actor)
        chosen = choice.named(request.GET.get("marka"))
        number = page_in(request.GET.get("sayfa", ""))
        page = selectors.texts_page(self.actor, day=timezone.localdate(), brand=chosen, number=number)
        groups: dict[Brand, list[tuple[ConsentText, Any]]] = {}
        for text in page.texts:
            groups.setdefault(text.brand, []).append((text, text.state(timezone.localdate())))
        context = {
            "groups": list(groups.items()),
            "page": page,
            "choice": choice,
            "chosen": chosen,
        }
        links = {name: _page_url(chosen, number) for name, number in _pages(page).items()}
        return render(request, "consents/texts/list.html", context | links | {"may_write": self.may_write})


def _pages(page: selectors.TextPage) -> dict[str, int]:
    return {"first_url": 1 if page.before else 0, "previous_url": page.before, "next_url": page.after}


def _page_url(brand: Brand | None, number: int) -> str:
    return f"?{f'marka={brand.brand_code}&' if brand else ''}sayfa={number}" if number else ""


class OneView(TextView):
    """One text as the recipient sees it, its checklist, and what may be done with it."""

    def get(self, request: HttpRequest, text_id: int) -> HttpResponse:
        return self.page(request, self.text(text_id))

    def page(self, request: HttpRequest, text: ConsentText, *, error: str = "", status: int = 200) -> HttpResponse:
        others = selectors.other_versions(self.actor, text, day=timezone.localdate())
        ticked = request.POST.getlist("ticked") or text.checklist.get("ticked", [])
        context = {
            "text": text,
            "state": text.state(timezone.localdate()),
            "answers": answers(text.wording, ticked),
            "others": [(other, other.state(timezone.localdate())) for other in others],
            "end": EndForm(initial={"last_day": max(timezone.localdate(), text.valid_from)}),
            "error": error,
            "may_write": self.may_write,
        }
        return render(request, "consents/texts/detail.html", context, status=status)


class PrintView(TextView):
    """The text for paper: at the end of a contract, under its heading, in 12 punto."""

    def get(self, request: HttpRequest, text_id: int) -> HttpResponse:
        return render(request, "consents/texts/print.html", {"text": self.text(text_id)})


class WriteView(TextView):
    """What the two forms share: brands to choose from, and the service's refusals at their fields."""

    permission = Permission.PROVIDER_SETTINGS

    def form(self, *args: Any, **kwargs: Any) -> TextForm:
        brands = Brand.objects.visible_to(self.actor).filter(is_active=True).select_related("provider")
        return TextForm(*args, brands=brands.order_by("-is_main", "name"), **kwargs)

    def saved(self, form: TextForm, save: Any) -> ConsentText | None:
        if not form.is_valid():
            return None
        try:
            return save(form.cleaned_data)
        except FieldsInvalid as error:
            show_refusal(form, error)
            return None

    def answer(self, request: HttpRequest, form: TextForm, saved: ConsentText | None, **context: Any) -> HttpResponse:
        if saved is not None:
            return redirect("consents:text", saved.pk)
        status = 422 if form.is_bound else 200
        return render(request, "consents/texts/form.html", {"form": form, **context}, status=status)


class NewView(WriteView):
    """A new text, or a new version that begins with the words of another one (`?metin=`)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        number = number_in(request.GET.get("metin", ""))
        based_on = self.text(number) if number is not None else None
        initial: dict[str, Any] = {"brand": request.GET.get("marka", "")}
        if based_on is not None:
            same = ("brand", "channels", "language", "title", "text")
            initial = {name: getattr(based_on, name) for name in same}
        return self.answer(request, self.form(initial=initial), None, based_on=based_on)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        saved = self.saved(form, lambda data: services.create_draft(actor=self.actor, **data))
        return self.answer(request, form, saved)


class ChangeView(WriteView):
    """Change a draft; a published text leads to its page."""

    def get(self, request: HttpRequest, text_id: int) -> HttpResponse:
        text = self.text(text_id)
        if text.is_published:
            return redirect("consents:text", text.pk)
        initial = {name: getattr(text, name) for name in services.FIELDS}
        return self.answer(request, self.form(initial=initial, fixed_brand=True), None, text=text)

    def post(self, request: HttpRequest, text_id: int) -> HttpResponse:
        text = self.text(text_id)
        form = self.form(request.POST, fixed_brand=True)
        saved = self.saved(form, lambda data: services.change_draft(actor=self.actor, text_id=text.pk, changes=data))
        return self.answer(request, form, saved, text=text)


class PublishView(OneView):
    """Publish a draft with what was ticked; what is still open is said on its page."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, text_id: int) -> HttpResponse:
        text = self.text(text_id)
        form = ChecklistForm(request.POST)
        ticked = form.cleaned_data["ticked"] if form.is_valid() else []
        try:
            text = services.publish(actor=self.actor, text_id=text.pk, ticked=ticked)
        except Invalid as error:
            return self.page(request, text, error=str(error), status=422)
        messages.success(request, _("Published as version %(version)d.") % {"version": text.version or 0})
        return redirect("consents:text", text.pk)


class ActView(TextView):
    """End a published text, or throw a draft away: one service by POST."""

    http_method_names = ["post"]
    act: str = ""

    def post(self, request: HttpRequest, text_id: int) -> HttpResponse:
        return getattr(self, self.act)(request, self.text(text_id))

    def retire(self, request: HttpRequest, text: ConsentText) -> HttpResponse:
        form = EndForm(request.POST)
        last_day = form.cleaned_data["last_day"] if form.is_valid() else None
        services.retire(actor=self.actor, text_id=text.pk, last_day=last_day)
        messages.success(request, _("The end of the text is set. Consents that were given to it stay as they are."))
        return redirect("consents:text", text.pk)

    def discard(self, request: HttpRequest, text: ConsentText) -> HttpResponse:
        services.discard_draft(actor=self.actor, text_id=text.pk)
        messages.success(request, _("The draft was thrown away."))
        return redirect("consents:texts")
