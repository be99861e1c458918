"""The kinds of documents that the consents app issues."""

import json
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


def _proof_inside(document: Document) -> Sequence[Enclosure]:
    content = json.dumps(document.data["proof"], ensure_ascii=False, indent=1).encode()
    return [Enclosure(PROOF_FILE, content, _("The proof, for the verification page"))]


def _statement_inside(document: Document) -> Sequence[Enclosure]:
    content = json.dumps(document.data["signed"], ensure_ascii=False, indent=1).encode()
    return [Enclosure(QUERY_FILE, content, _("The signed statement"))]


def _receipt_inside(document: Document) -> Sequence[Enclosure]:
    content = json.dumps(document.data["signed"], ensure_ascii=False, indent=1).encode()
    return [Enclosure(RECEIPT_FILE, content, _("The signed receipt, for the verification page"))]


KINDS = [
    Kind(
        name=PROOF,
        prefix="KNT",
        title=gettext_lazy("Consent evidence"),
        template="pdf/consents/proof.html",
        permission=Permission.CONSENT_VIEW,
        staff_permission=Permission.PERSON_SHOW,
        enclosures=_proof_inside,
    ),
    Kind(
        name=QUERY,
        prefix="SRG",
        title=gettext_lazy("Answer to a query before sending"),
        template="pdf/consents/query.html",
        permission=Permission.CONSENT_QUERY,
        staff_permission=Permission.AUDIT_VIEW,
        enclosures=_statement_inside,
    ),
    Kind(
        name=REPORT,
        prefix="RAP",
        title=gettext_lazy("Report"),
        template="pdf/consents/report.html",
        version=3,  # 2: notices by way, month and brand; 3: by channel, source and dealer as well
        permission=Permission.PROVIDER_VIEW,
        staff_permission=Permission.PROVIDER_VIEW,
    ),
    Kind(
        name=PAGE_RECEIPT,
        prefix="OSM",
        title=gettext_lazy("Receipt of a consent page"),
        template="pdf/consents/page_receipt.html",
        permission=Permission.CONSENT_VIEW,
        staff_permission=Permission.PERSON_SHOW,
    ),
    Kind(
        name=RECEIPT,
        prefix="MKB",
        title=gettext_lazy("Consent receipt"),
        template="pdf/consents/receipt.html",
        permission=Permission.CONSENT_OWN,
        staff_permission=Permission.PERSON_SHOW,
        enclosures=_receipt_inside,
    ),
]
