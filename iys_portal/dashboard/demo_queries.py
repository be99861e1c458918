"""What the demonstration's store asked before sending: a campaign's list and one address (R-S1)."""

from io import BytesIO

from django.utils import translation

from consents.enums import Channel, QueryWay, RecipientType
from consents.models import Consent, RecipientQuery
from consents.services import query_runs
from consents.services.queries import ask, ask_file
from iys_portal.accounts.enums import ProviderRole
from providers.models import Brand

from .demo_people import person_of

LIST = "kasim-kampanyasi.csv"
KNOWN = 180
UNKNOWN = ("yeni.uye@ornek-posta.example", "misafir@deneme.com.example", "ali.veli@firma", "0500 000 00 01")


def load_queries(brand: Brand) -> None:
    """Ask once; a second run finds what was asked."""
    actor = person_of(brand.provider_id, ProviderRole.OFFICER, way="web")
    if actor is None or RecipientQuery.objects.filter(brand=brand, file_name=LIST).exists():
        return
    known = Consent.objects.filter(brand_id=brand.pk, channel=Channel.EPOSTA).order_by("recipient")
    addresses = [*known.values_list("recipient", flat=True)[:KNOWN], *UNKNOWN]
    lines = [f"{place};{address};{1 + place % 4}. segment" for place, address in enumerate(addresses, start=1)]
    content = BytesIO("\n".join(["Müşteri no;E-posta;Segment", *lines]).encode())
    with translation.override("tr"):
        query = ask_file(
            actor=actor,
            brand=brand,
            channel=Channel.EPOSTA,
            recipient_type=RecipientType.BIREYSEL,
            file=content,
            name=LIST,
            publish=False,
        )
        if query.job is not None:
            query_runs.run(query.job.pk)
        ask(
            actor=actor,
            brand=brand,
            channel=Channel.EPOSTA,
            recipient_type=RecipientType.BIREYSEL,
            addresses=addresses[:1],
            way=QueryWay.ONE,
        )
