"""The sentences of the signature check (R-P4), by reason. Values in braces are filled by `Check.sentence`."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Promise] = {
    "file-pdf": _("The file is a signed PDF."),
    "file-detached": _(
        "This is a signature file (.p7s, .imz) and not the signed PDF. Open the agreement in Adobe Acrobat Reader, "
        "sign in its signature field and upload the PDF that it saves."
    ),
    "file-container": _(
        "This is a signature container (.imz, .asice or another archive) and not the signed PDF. Open the agreement in "
        "Adobe Acrobat Reader, sign in its signature field and upload the PDF that it saves."
    ),
    "file-picture": _(
        "This is a picture. A picture of a signature is not an electronic signature: sign the PDF with your "
        "e-signature, or choose signing by hand and upload the scan there."
    ),
    "file-unknown": _("This is not a PDF. Upload the PDF that Adobe Acrobat Reader saved after signing."),
    "file-broken": _("The PDF is damaged or locked with a password and cannot be checked. Sign and save it again."),
    "file-unsigned": _(
        "The PDF carries no electronic signature. Sign in its signature field with your e-signature, save, and upload "
        "again."
    ),
    "file-drawn": _(
        "The PDF carries no electronic signature. What was drawn, typed or placed as a picture on the page is not an "
        "electronic signature. Download the agreement again and sign in its signature field."
    ),
    "issued-same": _("Under the signature lies exactly the agreement that the portal issued."),
    "issued-older": _(
        "This is an older version of the agreement. Your application changed since: download the newest one and sign "
        "that."
    ),
    "issued-other": _(
        "This is another document, not the agreement that the portal issued for this application. "
        "Download the agreement of this application and sign that."
    ),
    "issued-changed": _(
        "The agreement was changed or saved anew after the portal issued it. Download it again, sign it in Adobe "
        "Acrobat Reader without printing or editing it, and upload what that saves."
    ),
    "content-none": _("Nothing but signatures, time stamps and proofs of validity was added to the agreement."),
    "content-added": _(
        "Something besides signatures was added to the agreement. Download it again and sign it without adding text, "
        "pictures or comments."
    ),
    "lock-open": _("The file can take the other signatures."),
    "lock-closed": _(
        "A signature locks the document, so that {names} can no longer sign it. Download the agreement again, and "
        "leave “Lock document after signing” unticked."
    ),
    "format-good": _("The form of the signature is accepted ({name})."),
    "format-old": _(
        "The form of the signature ({name}) is not accepted. In Adobe Acrobat Reader choose CAdES (PAdES) or PKCS#7 "
        "detached as signing format, and SHA-256."
    ),
    "format-broken": _("The signature cannot be read. Sign again."),
    "intact": _("The signature is intact."),
    "intact-changed": _("The signature does not fit the document: one of the two was changed after signing."),
    "intact-forged": _("The signature does not fit its certificate."),
    "later-none": _("Nothing was changed after this signature."),
    "later-signatures": _("After this signature only signatures, time stamps or proofs of validity were added."),
    "later-changed": _("The document was changed after this signature. Download the agreement again and sign it anew."),
    "later-locked": _(
        "This signature locked the document, and something, perhaps the other signature, was added afterwards. "
        "Download the agreement again; the first to sign leaves “Lock document after signing” unticked."
    ),
    "later-uncovered": _("The signature does not cover the whole document."),
    "time-stamped": _("A trusted time stamp says when the signature was there: {at}."),
    "time-none": _("Not checked: the signature has no time stamp. The time of upload is taken."),
    "time-unknown": _(
        "Not checked: the time stamp's issuer is not among the trusted roots. The time of upload is taken."
    ),
    "time-late": _("Not checked: the time stamp is later than the upload. The time of upload is taken."),
    "time-broken": _("The time stamp does not fit the signature."),
    "period-good": _("The certificate was valid at that time."),
    "period-expired": _("The certificate had expired: it was valid until {until}."),
    "period-early": _("The certificate was not valid yet: it is valid from {since}."),
    "trust-good": _("The certificate leads to a trusted issuer of qualified certificates."),
    "trust-self": _("The certificate was made by its holder and not by an issuer of qualified certificates."),
    "trust-unknown": _("The certificate does not lead to a trusted issuer of qualified certificates."),
    "trust-path": _("The certificate names a trusted issuer, but its chain does not hold."),
    "trust-usage": _("The certificate is not meant for signing documents."),
    "trust-unset": _("Not checked: the portal has no list of trusted issuers."),
    "revocation-good": _("The certificate had not been revoked."),
    "revocation-revoked": _("The certificate had been revoked. Sign with a valid one."),
    "revocation-none": _("Not checked: the file holds no usable proof of validity, and the issuer was not asked."),
    "revocation-silent": _("Not checked: the issuer was asked and gave no usable answer."),
    "revocation-untrusted": _("Not checked: the certificate does not lead to a trusted issuer."),
    "person-good": _("The certificate belongs to {name}."),
    "person-other": _("The certificate belongs to somebody who is not a signatory of this application."),
    "person-none": _(
        "The certificate names no T.C. identity number, so it is not a Turkish qualified certificate of a person."
    ),
    "person-twice": _("{name} signed already; each signatory signs once."),
}
