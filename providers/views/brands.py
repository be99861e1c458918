"""A provider's brands: the list with what is asked for, and one brand's profile (R-P11)."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core.errors import Invalid
from providers.enums import RequestState
from providers.forms.settings import LISTS, ProfileForm, SubBrandForm
from providers.models import Brand
from providers.selectors import settings as selectors
from providers.services import asking, profiles

from .settings import FILES, AskView, SettingsView

LOGO = {"accept": ".png,.jpg,.jpeg", "logo_bytes": profiles.MAX_LOGO}


class BrandsView(SettingsView):
    """The own brands, and requests for further ones."""

    tab = "brands"

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {
            "brands": selectors.own_brands(self.actor),
            "requests": selectors.requests_of(self.actor, brands=True),
            "asked": RequestState.ASKED,
        }
        return self.show(request, "brands", context)


class NewBrandView(AskView):
    """A sub-brand to be asked for, with its registration certificate where there is one."""

    tab = "brands"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, "brand_new", FILES | {"form": SubBrandForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SubBrandForm(request.POST)
        if self.asked(request, form, asking.ask_sub_brand):
            return redirect("providers:brands")
        return self.show(request, "brand_new", FILES | {"form": form}, form)


class OfBrandView(SettingsView):
    """Pages about one own brand; another's does not exist."""

    tab = "brands"

    def brand(self, code: int) -> Brand:
        found = selectors.brand_of(self.actor, code)
        if found is None:
            raise Http404
        return found


class BrandView(OfBrandView):
    """The profile, to be read by all; managers change it on the same page."""

    def get(self, request: HttpRequest, code: int) -> HttpResponse:
        return self.page(request, self.brand(code))

    def post(self, request: HttpRequest, code: int) -> HttpResponse:
        brand = self.brand(code)
        form = self.form(brand, request.POST)

        def save() -> None:
            data = form.cleaned_data
            profiles.save_profile(
                actor=self.actor,
                brand=brand,
                sector=data["sector"],
                double_opt_in=data["double_opt_in"],
                values=form.lists,
            )

        if self.saved(form, save):
            messages.success(request, _("Saved."))
            return redirect("providers:brand", brand.brand_code)
        return self.page(request, brand, form)

    def form(self, brand: Brand, typed: Any = None) -> ProfileForm:
        return ProfileForm.of(brand, selectors.profile_of(brand).sector, selectors.values_of(brand), typed)

    def page(
        self, request: HttpRequest, brand: Brand, form: ProfileForm | None = None, *, logo_error: str = ""
    ) -> HttpResponse:
        values = selectors.values_of(brand)
        context = LOGO | {
            "brand": brand,
            "profile": selectors.profile_of(brand),
            "lists": [(label, values[kind]) for kind, (label, _help) in LISTS.items()],
            "form": form or self.form(brand),
            "logo_errors": [logo_error] if logo_error else [],
        }
        response = self.show(request, "brand", context, form)
        response.status_code = 422 if logo_error else response.status_code
        return response


class LogoView(BrandView):
    """The logo as it was drawn anew; a POST keeps another one."""

    def get(self, request: HttpRequest, code: int) -> HttpResponseBase:  # type: ignore[override]
        profile = selectors.profile_of(self.brand(code))
        if not profile.logo:
            raise Http404
        return FileResponse(profile.logo.open("rb"), content_type="image/png")

    def post(self, request: HttpRequest, code: int) -> HttpResponse:
        brand, file = self.brand(code), request.FILES.get("logo")
        try:
            if file is None:
                raise Invalid(_("Choose the file."), field="logo")
            profiles.keep_logo(actor=self.actor, brand=brand, file=file)
        except Invalid as error:
            return self.page(request, brand, logo_error=str(error))
        messages.success(request, _("The logo is kept."))
        return redirect("providers:brand", brand.brand_code)


class RemoveLogoView(OfBrandView):
    http_method_names = ["post"]
    permission = Permission.PROVIDER_SETTINGS

    def post(self, request: HttpRequest, code: int) -> HttpResponse:
        brand = self.brand(code)
        profiles.remove_logo(actor=self.actor, brand=brand)
        messages.success(request, _("The logo was taken away."))
        return redirect("providers:brand", brand.brand_code)
