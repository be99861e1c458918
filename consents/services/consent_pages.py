"""Consent pages as a brand makes them (R-M7): written by managers, shown to everybody, switched on and off.

Asking carries no advertising: a page has a short title, one plain sentence of purpose and a published text; there is no
place for pictures, links or free text. Each act raises `DomainError` where the provider may not record consents (R-P7).
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.enums import Channel, Status
from consents.models import ConsentPage, ConsentText
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.audit import record
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.errors import FieldsInvalid, NotFound, WrongMoment, checked
from providers.enums import BrandValueKind
from providers.models import Brand, BrandValue, Retailer
from providers.policies import require_may_record

FIELDS = ("text", "channels", "languages", "title", "purpose", "retailer", "return_url", "frame_domains")


@transaction.atomic
def create_page(
    *,
    actor: Actor,
    text: ConsentText,
    channels: Iterable[int],
    languages: Iterable[str],
    title: str,
    purpose: str = "",
    retailer: Retailer | None = None,
    return_url: str = "",
    frame_domains: Iterable[str] = (),
) -> ConsentPage:
    """Make a page for the text's brand; it is open at once.

    Raises `NotAllowed`, `NotFound` for another provider's text, `FieldsInvalid` with what does not fit.
    """
    _require(actor, text.brand)
    now = timezone.now()
    page = ConsentPage(
        brand=text.brand, created_at=now, created_by=actor.id, created_name=actor.name[:200], changed_at=now
    )
    values = {"text": text, "channels": channels, "languages": languages, "title": title, "purpose": purpose}
    _write(page, values | {"retailer": retailer, "return_url": return_url, "frame_domains": frame_domains})
    page.save(force_insert=True)
    record("page.created", page, actor=actor, new=_about(page), provider_id=page.brand.provider_id)
    return page


@transaction.atomic
def change_page(*, actor: Actor, page_id: int, changes: Mapping[str, Any]) -> ConsentPage:
    """Change a page; visitors see the next version from now on, and proofs name the version that was shown.

    Raises `NotFound`, `NotAllowed`, `FieldsInvalid`. Locks the page.
    """
    page = _locked(actor, page_id)
    changed = _write(page, changes)
    if changed:
        page.version, page.changed_at = page.version + 1, timezone.now()
        page.save(update_fields=[*changed, "version", "changed_at"])
        new = {"fields": changed, "version": page.version}
        record("page.changed", page, actor=actor, new=new, provider_id=page.brand.provider_id)
    return page


@transaction.atomic
def switch_page(*, actor: Actor, page_id: int, on: bool) -> ConsentPage:
    """Open or close a page; a second click finds it so. Consents that were given stay. Locks the page."""
    page = _locked(actor, page_id)
    if page.is_on != on:
        page.is_on, page.changed_at = on, timezone.now()
        page.save(update_fields=["is_on", "changed_at"])
        verb = "page.switched_on" if on else "page.switched_off"
        record(verb, page, actor=actor, provider_id=page.brand.provider_id)
    return page


def _require(actor: Actor, brand: Brand) -> None:
    actor.require(Permission.PROVIDER_SETTINGS)
    if not actor.all_providers and brand.provider_id != actor.provider_id:
        raise NotFound
    if brand.provider.is_sandbox:
        raise WrongMoment(_("A sandbox has no consent pages: people would come to them."), code="sandbox")
    require_may_record(brand.provider, Status.ONAY)


def _locked(actor: Actor, page_id: int) -> ConsentPage:
    pages = ConsentPage.objects.select_for_update(of=("self",)).select_related("brand__provider", "text", "retailer")
    page = pages.visible_to(actor).filter(pk=page_id).first()
    if page is None:
        raise NotFound
    _require(actor, page.brand)
    return page


def _write(page: ConsentPage, values: Mapping[str, Any]) -> list[str]:
    """Put values into a page and check it; returns the fields that changed."""
    wanted = {name: values[name] for name in FIELDS if name in values}
    if "channels" in wanted:
        wanted["channels"] = sorted({int(channel) for channel in wanted["channels"]})
    for name in ("languages", "frame_domains"):
        if name in wanted:
            wanted[name] = list(dict.fromkeys(wanted[name]))
    for name in ("title", "purpose", "return_url"):
        if name in wanted:
            wanted[name] = " ".join(wanted[name].split())
    changed = [name for name, value in wanted.items() if getattr(page, _stored(name)) != _plain(value)]
    for name in changed:
        setattr(page, name, wanted[name])
    if errors := _wrong(page):
        raise FieldsInvalid(ValidationError(errors))
    checked(page)
    return changed


def _stored(name: str) -> str:
    return f"{name}_id" if name in ("text", "retailer") else name


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, (ConsentText, Retailer)) else value


def _wrong(page: ConsentPage) -> dict[str, list[str]]:
    """What does not belong together, by field."""
    wrong: dict[str, list[str]] = {}
    text, today = page.text, timezone.now().astimezone(ISTANBUL).date()
    if text.brand_id != page.brand_id or not text.is_published:
        wrong["text"] = [_("Choose a published text of the brand.")]
    elif text.valid_until is not None and text.valid_until < today:
        wrong["text"] = [_("This text is not in use any more.")]
    elif foreign := set(page.channels) - set(text.channels):
        names = ", ".join(str(Channel(channel).label) for channel in sorted(foreign))
        wrong["channels"] = [_("The text does not ask for: %(channels)s") % {"channels": names}]
    if not page.channels:
        wrong["channels"] = [_("Choose at least one channel.")]
    if not page.languages:
        wrong["languages"] = [_("Choose at least one language.")]
    if "://" in page.purpose or "www." in page.purpose:
        wrong["purpose"] = [_("One plain sentence: no addresses of sites.")]
    if page.retailer is not None and (page.retailer.brand_id != page.brand_id or not page.retailer.is_active):
        wrong["retailer"] = [_("Choose an active dealer of the brand.")]
    domains = set(domains_of(page.brand))
    if strange := [domain for domain in page.frame_domains if domain not in domains]:
        text_of = _("Not among the brand's domains: %(domains)s")
        wrong["frame_domains"] = [text_of % {"domains": ", ".join(strange)}]
    if page.return_url and not _is_own(page.return_url, domains):
        wrong["return_url"] = [_("An address with https:// at one of the brand's own domains.")]
    return wrong


def domains_of(brand: Brand) -> list[str]:
    """The brand's own domains, from its profile (R-P11)."""
    found = BrandValue.objects.filter(brand=brand, kind=BrandValueKind.DOMAIN).order_by("pk")
    return list(found.values_list("value", flat=True))


def _is_own(address: str, domains: Iterable[str]) -> bool:
    """Whether an address leads to one of the domains, or below it, by https and at the usual port."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = parts.scheme == "https" and port in (None, 443) and not parts.username and not parts.password
    return plain and any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _about(page: ConsentPage) -> dict[str, Any]:
    return {"page": page.public_id, "text": page.text_id, "channels": page.channels}
