"""A brand's profile (R-P11): names, domains, numbers, refusal channels, logo."""

from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from consents.selectors.inbound import brands_meant
from consents.text_commands import read_command
from iys_portal.core.errors import FieldsInvalid, Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry
from iys_portal.core.refused_files import REFUSALS
from providers.brand_values import judge_value
from providers.enums import BrandValueKind as K
from providers.enums import ProviderState
from providers.models import Brand, BrandProfile, BrandValue, Provider
from providers.selectors.settings import brand_of, values_of
from providers.services.profiles import keep_logo, remove_logo, save_profile
from tests.consents.evidence.papers import pdf, picture
from tests.factories import BrandFactory, officer_of

from .conftest import House, make_house, traces


def save(house: House, brand: Brand | None = None, **values: list[str]) -> Brand:
    return save_profile(
        actor=house.actor, brand=brand or house.brand, sector="retail", double_opt_in=False, values=values
    )


def meant(text: str) -> list[Brand]:
    command = read_command(text)
    assert command is not None
    return brands_meant(command)


def test_r_p11_a_profile_is_kept_as_rows(house: House) -> None:
    given = {
        K.SHORT_NAME: ["MODA", "MODA EV", "Ev Moda"],
        K.SENDER_NAME: ["deneme", "DENEME 2"],
        K.DOMAIN: ["bilgi@Firma.example", "posta.firma.example"],
        K.NUMBER: ["0312 312 31 23", "444 0 123"],
        K.REFUSAL_URL: ["https://firma.example/ret"],
        K.REFUSAL_PHONE: ["0850 123 45 67"],
        K.REFUSAL_SMS: ["4609"],
    }
    save(house, **given)
    brand = brand_of(house.actor, house.brand.brand_code)
    assert brand is not None
    assert brand.short_name == "MODA"
    assert brand.profile.sector == "retail"
    assert values_of(brand) == {
        K.SHORT_NAME: ["MODA", "MODA EV", "Ev Moda"],
        K.SENDER_NAME: ["DENEME", "DENEME 2"],
        K.DOMAIN: ["firma.example", "posta.firma.example"],
        K.NUMBER: ["+903123123123", "+904440123"],
        K.REFUSAL_URL: ["https://firma.example/ret"],
        K.REFUSAL_PHONE: ["+908501234567"],
        K.REFUSAL_SMS: ["4609"],
    }
    entry = AuditEntry.objects.get(verb="brand.profile_changed")
    assert entry.new["sender_name"] == ["DENEME", "DENEME 2"]
    assert entry.new["number"] == 2  # R-G4: how many, not which
    count = AuditEntry.objects.count()
    save(house, **given)
    assert AuditEntry.objects.count() == count


@pytest.mark.parametrize("text", ["RET ışıltı", "ret IŞILTI", "RET Işıltı lütfen", "RED isilti"])
def test_r_r4_a_text_finds_each_short_name_however_it_is_written(house: House, text: str) -> None:
    save(house, **{K.SHORT_NAME: ["MODA", "Işıltı"]})
    assert meant(text) == [house.brand]
    assert meant("RET MODA") == [house.brand]
    save(house, **{K.SHORT_NAME: ["MODA"]})
    assert not meant(text)


def test_r_r4_a_further_short_name_goes_before_a_whole_name_and_after_a_longer_one(house: House) -> None:
    save(house, **{K.SHORT_NAME: ["MODA", "DENIZ"]})
    longer = BrandFactory(short_name="DENIZ EV")
    assert meant("RET DENIZ") == [house.brand]
    assert meant("RET DENIZ EV") == [longer]


@pytest.mark.parametrize(
    "kind, text",
    [
        (K.SHORT_NAME, "x"),
        (K.SHORT_NAME, "710011"),
        (K.SHORT_NAME, "Ret"),
        (K.SHORT_NAME, "x" * 31),
        (K.SHORT_NAME, "&&&"),
        (K.SENDER_NAME, "AB"),
        (K.SENDER_NAME, "ABCDEFGHIJKL"),
        (K.SENDER_NAME, "IŞIK"),
        (K.SENDER_NAME, "12345"),
        (K.SENDER_NAME, "AB/CD"),
        (K.DOMAIN, "firma"),
        (K.DOMAIN, "-firma.example"),
        (K.DOMAIN, "https://firma.example/x"),
        (K.DOMAIN, "ışık.example"),
        (K.NUMBER, "12"),
        (K.NUMBER, "telefon"),
        (K.REFUSAL_URL, "http://firma.example"),
        (K.REFUSAL_URL, "https://firma example"),
        (K.REFUSAL_SMS, "RET yazın"),
    ],
)
def test_r_p11_a_malformed_value_is_refused_with_its_sentence(house: House, kind: str, text: str) -> None:
    assert judge_value(kind, text).error
    before = traces()
    with pytest.raises(FieldsInvalid) as refused:
        save(house, **{kind: [text]})
    assert set(refused.value.errors) == {kind}
    assert traces() == before
    assert not BrandValue.objects.exists()
    assert not BrandProfile.objects.exists()


def test_r_p11_at_most_three_short_names_and_none_twice(house: House) -> None:
    for names in (["AA", "BB", "CC", "DD"], ["Işık", "IŞIK"]):
        with pytest.raises(FieldsInvalid):
            save(house, **{K.SHORT_NAME: names})
    house.brand.refresh_from_db()
    assert house.brand.short_name == ""


def test_a_short_name_leads_to_one_brand(house: House) -> None:
    BrandFactory(short_name="Yıldız", name="Başka Ad")
    BrandFactory(short_name="", name="Deniz Giyim")
    rival = make_house()
    save(rival, **{K.SHORT_NAME: ["BİR", "IKI"]})
    before = traces()
    for name in ("YILDIZ", "deniz giyim", "bir", "iki"):
        with pytest.raises(FieldsInvalid):
            save(house, **{K.SHORT_NAME: ["MODA", name]})
    assert traces() == before
    save(house, **{K.SHORT_NAME: [house.brand.name[:30]]})  # the own name is fine


def test_a_sender_name_belongs_to_one_provider_and_may_serve_its_brands(house: House) -> None:
    save(house, **{K.SENDER_NAME: ["DENEME"]})
    sister = BrandFactory(provider=house.provider)
    save(house, sister, **{K.SENDER_NAME: ["DENEME"]})
    rival, before = make_house(), traces()
    with pytest.raises(FieldsInvalid) as refused:
        save(rival, **{K.SENDER_NAME: ["Deneme"]})
    assert set(refused.value.errors) == {K.SENDER_NAME}
    assert traces() == before


def test_only_managers_of_the_brands_active_provider_write(house: House) -> None:
    before = traces()
    for role in ("officer", "viewer", "integrator"):
        with pytest.raises(NotAllowed):
            save(House(house.brand, house.user, officer_of(house.brand, role)), **{K.SHORT_NAME: ["MODA"]})
    with pytest.raises(NotFound):
        save(make_house(), house.brand, **{K.SHORT_NAME: ["MODA"]})
    Provider.objects.update(state=ProviderState.SUSPENDED)
    with pytest.raises(WrongMoment):
        save(house, **{K.SHORT_NAME: ["MODA"]})
    with pytest.raises(WrongMoment):
        keep_logo(actor=house.actor, brand=Brand.objects.get(pk=house.brand.pk), file=BytesIO(picture()))
    assert traces() == before
    assert not BrandProfile.objects.exists()


def test_a_logo_is_drawn_anew_and_small(house: House) -> None:
    large = BytesIO()
    Image.new("RGB", (1600, 400), "navy").save(large, "JPEG", comment=b"<script>")
    profile = keep_logo(actor=house.actor, brand=house.brand, file=BytesIO(large.getvalue()))
    with profile.logo.open("rb") as file:
        kept = file.read()
    assert Image.open(BytesIO(kept)).size == (512, 128)
    assert Image.open(BytesIO(kept)).format == "PNG"
    assert b"script" not in kept
    remove_logo(actor=house.actor, brand=house.brand)
    remove_logo(actor=house.actor, brand=house.brand)
    assert not BrandProfile.objects.get().logo
    assert AuditEntry.objects.filter(verb="brand.logo_removed").count() == 1


@pytest.mark.parametrize("data", [b"", b"<svg onload=alert(1)>", pdf(), b"\x89PNG\r\n\x1a\n", picture(4, 4)])
def test_what_is_no_picture_is_no_logo(house: House, data: bytes) -> None:
    before = traces()
    with pytest.raises(Invalid) as refused:
        keep_logo(actor=house.actor, brand=house.brand, file=BytesIO(data))
    assert refused.value.field == "logo"
    assert refused.value.code in REFUSALS
    assert traces() == before
    assert not BrandProfile.objects.exists()


def test_the_database_holds_what_a_profile_must_be(house: House) -> None:
    def value(kind: str, text: str, key: str = "x", brand: Brand = house.brand) -> None:
        BrandValue.objects.create(brand=brand, kind=kind, value=text, key=key)

    value(K.SHORT_NAME, "MODA", "moda")
    for name, make in {
        "brand_value_once": lambda: [value(K.DOMAIN, "a.example"), value(K.DOMAIN, "b.example")],
        "brand_short_name_of_one_brand": lambda: value(K.SHORT_NAME, "Moda", "moda", BrandFactory()),
        "brand_value_well_formed": lambda: value(K.SENDER_NAME, "küçük"),
        "brand_value_key_given": lambda: value(K.DOMAIN, "c.example", ""),
        "brand_profile_logo_with_hash": lambda: BrandProfile.objects.create(brand=house.brand, logo="x"),
        "brand_profile_sector_known": lambda: BrandProfile.objects.create(brand=house.brand, sector="x"),
    }.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            make()
