"""The kinds of documents that the consents app issues."""

import json
from collections.abc import Callable, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core.documents import Kind
from iys_portal.core.models import Document
from iys_portal.core.pdf import Enclosure

PROOF = "consents.proof"
PROOF_FILE = "iys-proof-v1.json"
QUERY = "consents.query"
QUERY_FILE = "iys-query-v1.json"
REPORT = "consents.report"
PAGE_RECEIPT = "consents.page_receipt"
RECEIPT = "consents.receipt"
RECEIPT_FILE = "iys-receipt-v1.json"


def _inside(part: str, name: str, words: Promise | str) -> Callable[[Document], Sequence[Enclosure]]:
    """A part of the document's data as a file inside its PDF."""

    def enclosures(document: Document) -> Sequence[Enclosure]:
        content = json.dumps(document.data[part], ensure_ascii=False, indent=1).encode()
        return [Enclosure(name, content, str(words))]

    return enclosures


KINDS = [
    Kind(
        name=PROOF,
        prefix="KNT",
        title=_("Consent evidence"),
        template="pdf/consents/proof.html",
        permission=Permission.CONSENT_VIEW,
        staff_permission=Permission.PERSON_SHOW,
        enclosures=_inside("proof", PROOF_FILE, _("The proof, for the verification page")),
    ),
    Kind(
        name=QUERY,
        prefix="SRG",
        title=_("Answer to a query before sending"),
        template="pdf/consents/query.html",
        permission=Permission.CONSENT_QUERY,
        staff_permission=Permission.AUDIT_VIEW,
        enclosures=_inside("signed", QUERY_FILE, _("The signed statement")),
    ),
    Kind(
        name=REPORT,
        prefix="RAP",
        title=_("Report"),
        template="pdf/consents/report.html",
        version=3,  # 2: notices by way, month and brand; 3: by channel, source and dealer as well
        permission=Permission.PROVIDER_VIEW,
        staff_permission=Permission.PROVIDER_VIEW,
    ),
    Kind(
        name=PAGE_RECEIPT,
        prefix="OSM",
        title=_("Receipt of a consent page"),
        template="pdf/consents/page_receipt.html",
        permission=Permission.CONSENT_VIEW,
        staff_permission=Permission.PERSON_SHOW,
    ),
    Kind(
        name=RECEIPT,
        prefix="MKB",
        title=_("Consent receipt"),
        template="pdf/consents/receipt.html",
        permission=Permission.CONSENT_OWN,
        staff_permission=Permission.PERSON_SHOW,
        enclosures=_inside("signed", RECEIPT_FILE, _("The signed receipt, for the verification page")),
    ),
]
