"""Providers, brands and dealers in files (style 18): columns, Turkish headings, and the services behind."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from iys_portal.core.errors import DomainError, FieldsInvalid
from iys_portal.core.resources import (
    ByNumberWidget,
    ChoiceWidget,
    KeyLoader,
    NumberWidget,
    ReferenceResource,
    YesNoWidget,
    column,
)

from .enums import ProviderKind, ProviderState
from .models import Brand, Provider, Retailer
from .services import reference

KIND_WORDS = {"Tüzel kişi": ProviderKind.LEGAL_ENTITY, "Gerçek kişi": ProviderKind.NATURAL_PERSON}


def _all_providers() -> QuerySet[Provider]:
    return Provider.objects.order_by()


def _all_brands() -> QuerySet[Brand]:
    return Brand.objects.order_by().select_related("provider")


class ProviderResource(ReferenceResource):
    """One provider a row, known by its İYS number; a new one gets its main brand."""

    iys_code = column("iys_code", "iysCode", NumberWidget())
    title = column("title", "title")
    kind = column("kind", "kind", ChoiceWidget(ProviderKind, KIND_WORDS))
    mersis = column("mersis", "mersis")
    email = column("email", "email")
    city = column("city", "city")
    declared_consents = column("declared_consents", "declaredConsents", NumberWidget())
    state = column("state", "state", ChoiceWidget(ProviderState), readonly=True)

    headings = {
        "iysCode": ("İYS numarası", "İYS no", "İYS kodu"),
        "title": ("Unvan", "Ticari unvan", "Firma", "Şirket", "Hizmet sağlayıcı"),
        "kind": ("Tür", "Tip", "Kişi türü"),
        "mersis": ("MERSİS numarası", "MERSİS no"),
        "email": ("E-posta", "Kurumsal e-posta", "E-mail"),
        "city": ("İl", "Şehir"),
        "declaredConsents": ("Beyan edilen izin sayısı", "İzin sayısı"),
        "state": ("Durum",),
    }
    needed = ("title", "mersis", "email")

    class Meta:
        model = Provider
        fields = ("iys_code", "title", "kind", "mersis", "email", "city", "declared_consents", "state")
        import_id_fields = ("iys_code",)
        instance_loader_class = KeyLoader
        skip_unchanged = True
        name = _("Providers")

    def create(self, instance: Provider, values: dict[str, Any]) -> Provider:
        return reference.create_provider(actor=self.acting, **values)

    def update(self, instance: Provider, values: dict[str, Any]) -> Provider:
        return reference.update_provider(actor=self.acting, provider=instance, changes=values)


class BrandResource(ReferenceResource):
    """One brand a row, known by its number; the main brand carries its provider's."""

    provider = column(
        "provider",
        "iysCode",
        ByNumberWidget(_all_providers, "iys_code", _("There is no provider with the number %(number)s.")),
    )
    brand_code = column("brand_code", "brandCode", NumberWidget())
    name = column("name", "name")
    short_name = column("short_name", "shortName")
    double_opt_in = column("double_opt_in", "doubleOptIn", YesNoWidget())
    is_active = column("is_active", "isActive", YesNoWidget())
    is_main = column("is_main", "isMain", YesNoWidget(), readonly=True)

    headings = {
        "iysCode": ("İYS numarası", "İYS no", "İYS kodu"),
        "brandCode": ("Marka numarası", "Marka no", "Marka kodu"),
        "name": ("Marka", "Marka adı", "Ad"),
        "shortName": ("Kısa ad", "Marka kısa adı"),
        "doubleOptIn": ("Çift onay", "Çift aşamalı onay"),
        "isActive": ("Aktif", "Etkin"),
        "isMain": ("Ana marka",),
    }
    needed = ("provider", "name")

    class Meta:
        model = Brand
        fields = ("provider", "brand_code", "name", "short_name", "double_opt_in", "is_active", "is_main")
        import_id_fields = ("brand_code",)
        instance_loader_class = KeyLoader
        skip_unchanged = True
        name = _("Brands")

    def get_queryset(self) -> QuerySet[Brand]:
        return _all_brands()

    def create(self, instance: Brand, values: dict[str, Any]) -> Brand:
        active = values.pop("is_active", True)
        brand = reference.create_brand(actor=self.acting, **values)
        return brand if active else reference.deactivate_brand(actor=self.acting, brand=brand)

    def update(self, instance: Brand, values: dict[str, Any]) -> Brand:
        active = values.pop("is_active", None)
        brand = reference.update_brand(actor=self.acting, brand=instance, changes=values)
        if active is None or active == brand.is_active:
            return brand
        move = reference.reactivate_brand if active else reference.deactivate_brand
        return move(actor=self.acting, brand=brand)


class RetailerResource(ReferenceResource):
    """One dealer a row, known by brand number and own code (R-C20); new ones are written together."""

    brand = column(
        "brand",
        "brandCode",
        ByNumberWidget(_all_brands, "brand_code", _("There is no brand with the number %(number)s.")),
    )
    code = column("code", "retailerCode")
    name = column("name", "name")
    city = column("city", "city")
    is_active = column("is_active", "isActive", YesNoWidget())

    headings = {
        "brandCode": ("Marka numarası", "Marka no", "Marka kodu"),
        "retailerCode": ("Bayi kodu", "Bayi no", "Bayi numarası", "İznin alındığı bayi kodu"),
        "name": ("Bayi", "Bayi adı", "Bayi unvanı", "Unvan"),
        "city": ("İl", "Şehir"),
        "isActive": ("Aktif", "Etkin"),
    }
    needed = ("name",)

    class Meta:
        model = Retailer
        fields = ("brand", "code", "name", "city", "is_active")
        import_id_fields = ("brand", "code")
        instance_loader_class = KeyLoader
        skip_unchanged = True
        use_bulk = True
        batch_size = None
        name = _("Dealers")

    def get_queryset(self) -> QuerySet[Retailer]:
        return Retailer.objects.order_by().select_related("brand__provider")

    def validate_instance(
        self, instance: Retailer, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        super().validate_instance(instance, import_validation_errors, validate_unique)
        if instance.pk is None:
            self.check_needed()
        try:
            reference.check_retailer(instance)
        except FieldsInvalid as error:
            raise self.by_column(error.as_validation_error()) from error

    def bulk_create(
        self,
        using_transactions: bool,
        dry_run: bool,
        raise_errors: bool,
        batch_size: Any = None,
        result: Any = None,
    ) -> None:
        try:
            reference.create_retailers(actor=self.acting, retailers=self.create_instances)
        except DomainError as error:
            self.handle_import_error(result, error, raise_errors)
        self.create_instances.clear()

    def bulk_update(
        self,
        using_transactions: bool,
        dry_run: bool,
        raise_errors: bool,
        batch_size: Any = None,
        result: Any = None,
    ) -> None:
        try:
            for retailer in self.update_instances:
                self.do_instance_save(retailer, is_create=False)
        except ValidationError as error:
            self.handle_import_error(result, error, raise_errors)
        self.update_instances.clear()

    def update(self, instance: Retailer, values: dict[str, Any]) -> Retailer:
        active = values.pop("is_active", None)
        retailer = reference.update_retailer(actor=self.acting, retailer=instance, changes=values)
        if active is None or active == retailer.is_active:
            return retailer
        move = reference.reactivate_retailer if active else reference.deactivate_retailer
        return move(actor=self.acting, retailer=retailer)
