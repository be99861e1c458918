"""A provider's dealers (R-C20): the list, one dealer, files in with a preview, files out."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.core.signing import BadSignature, dumps, loads
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core.errors import Invalid, NotFound
from iys_portal.core.forms import show_refusal
from iys_portal.core.import_formats import MAX_BYTES, MAX_ROWS
from iys_portal.core.import_storage import PrivateTmpStorage
from providers import dealer_files
from providers.forms.settings import DealerChangeForm, DealerFileForm, DealerForm
from providers.models import Brand, Retailer
from providers.selectors import settings as selectors
from providers.services import dealers

from .settings import SettingsView, WriteView

PAGE = 50
SALT = "providers.dealer-file"
LIMITS = {"max_bytes": MAX_BYTES, "max_rows": MAX_ROWS}


def own_brands(view: SettingsView) -> QuerySet[Brand]:
    return Brand.objects.visible_to(view.actor).order_by("-is_main", "name")  # type: ignore[no-any-return]


class DealersView(SettingsView):
    """The dealers by brand, name, province and code; closed ones on request."""

    tab = "dealers"

    def get(self, request: HttpRequest) -> HttpResponse:
        brands, chosen = own_brands(self), request.GET.get("marka", "")
        brand = next((brand for brand in brands if str(brand.brand_code) == chosen), None)
        search, closed = request.GET.get("q", "").strip()[:100], request.GET.get("durum") == "kapali"
        found = selectors.dealers_of(self.actor, brand=brand, search=search, closed=closed)
        context = {
            "page": Paginator(found, PAGE).get_page(request.GET.get("sayfa")),
            "brands": brands,
            "brand": brand,
            "search": search,
            "closed": closed,
            "may_export": self.actor.may(Permission.CONSENT_EXPORT),
        }
        return self.show(request, "dealers", context)


class NewDealerView(WriteView):
    tab = "dealers"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, "dealer", {"form": DealerForm(brands=own_brands(self))})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DealerForm(request.POST, brands=own_brands(self))
        if self.saved(form, lambda: dealers.add_dealer(actor=self.actor, **form.cleaned_data)):
            messages.success(request, _("The dealer was added."))
            return redirect("providers:dealers")
        return self.show(request, "dealer", {"form": form}, form)


class OfDealerView(WriteView):
    tab = "dealers"

    def dealer(self, pk: int) -> Retailer:
        found = selectors.dealer_of(self.actor, pk)
        if found is None:
            raise Http404
        return found


class DealerView(OfDealerView):
    """One dealer's name and province; its code is fixed."""

    def form(self, dealer: Retailer, typed: Any = None) -> DealerChangeForm:
        return DealerChangeForm(typed, initial={"name": dealer.name, "city": dealer.city})

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        dealer = self.dealer(pk)
        return self.show(request, "dealer", {"form": self.form(dealer), "dealer": dealer})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        dealer = self.dealer(pk)
        form = self.form(dealer, request.POST)
        if self.saved(form, lambda: dealers.change_dealer(actor=self.actor, retailer=dealer, **form.cleaned_data)):
            messages.success(request, _("Saved."))
            return redirect("providers:dealers")
        return self.show(request, "dealer", {"form": form, "dealer": dealer}, form)


class CloseDealerView(OfDealerView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        dealers.close_dealer(actor=self.actor, retailer=self.dealer(pk))
        messages.success(request, _("The dealer is closed: consents that name it are refused from now on."))
        return redirect("providers:dealers")


class ReopenDealerView(OfDealerView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        dealers.reopen_dealer(actor=self.actor, retailer=self.dealer(pk))
        messages.success(request, _("The dealer is open again."))
        return redirect("providers:dealers")


class ImportView(WriteView):
    """A file of dealers: the upload shows what it would do, and what is wrong with which row."""

    tab = "dealers"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, "dealer_import", LIMITS | {"form": DealerFileForm(brands=own_brands(self))})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DealerFileForm(request.POST, request.FILES, brands=own_brands(self))
        context: dict[str, Any] = LIMITS | {"form": form}
        if form.is_valid():
            try:
                return self.show(request, "dealer_preview", self.preview(form))
            except Invalid as error:
                show_refusal(form, error)
        return self.show(request, "dealer_import", context, form)

    def preview(self, form: DealerFileForm) -> dict[str, Any]:
        """What the file would do; a file that fits waits under a name that only this person can confirm."""
        file, brand = form.cleaned_data["file"], form.cleaned_data["brand"]
        if file.size > MAX_BYTES:
            text = _("The file is larger than %(size)d MB.") % {"size": MAX_BYTES // 1024**2}
            raise Invalid(text, field="file")
        data = file.read()
        seen = dealer_files.preview(actor=self.actor, data=data, brand=brand)
        token = ""
        if seen.fits and seen.anything:
            kept = dealers.keep_file(data)
            token = dumps([kept, brand.pk, self.actor.id, self.actor.provider_id], salt=SALT)
        return {"seen": seen, "token": token, "name": file.name, "shown": dealer_files.SHOWN}


class ApplyView(WriteView):
    """Take the file that was previewed; it is judged again, and all of it or nothing is written."""

    tab = "dealers"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        kept, brand = self.kept(request.POST.get("token", ""))
        data = kept.read()
        done = dealer_files.apply(actor=self.actor, data=data, brand=brand)
        if not done.fits:
            return self.show(request, "dealer_preview", {"seen": done, "token": "", "name": "", "shown": 200})
        kept.remove()
        words = {"new": done.new, "changed": done.changed}
        messages.success(request, _("Imported: %(new)d new dealers, %(changed)d changed.") % words)
        return redirect("providers:dealers")

    def kept(self, token: str) -> tuple[PrivateTmpStorage, Brand]:
        """The waiting file and its brand. Raises `NotFound` for whoever did not upload it."""
        try:
            name, brand_id, user_id, provider_id = loads(token, salt=SALT)
        except (BadSignature, ValueError) as error:
            raise NotFound(code="file") from error
        brand = own_brands(self).filter(pk=brand_id).first()
        if (user_id, provider_id) != (self.actor.id, self.actor.provider_id) or brand is None:
            raise NotFound(code="file")
        return PrivateTmpStorage(name=name), brand


class ExportView(SettingsView):
    """The dealers as a file, by POST, because each export is on record (R-G3)."""

    http_method_names = ["post"]
    permission = Permission.CONSENT_EXPORT

    def post(self, request: HttpRequest) -> HttpResponse:
        form = request.POST.get("form", "")
        if form not in dealer_files.FORMATS:
            raise Http404
        rows = Retailer.objects.visible_to(self.actor).select_related("brand").order_by("brand__brand_code", "code")
        content, content_type = dealer_files.export(actor=self.actor, retailers=rows, form=form)
        response = HttpResponse(content, content_type=content_type)
        response["Content-Disposition"] = content_disposition_header(True, f"bayiler.{form}") or ""
        return response
