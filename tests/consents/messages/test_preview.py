"""The preview of an e-mail: its own document, in which nothing runs, loads or is sent."""

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from consents.models import Message

Draft = Callable[..., Message]
HTML = '<style>p{color:red}</style><p onclick="alert(1)">Kampanya</p><script>alert(1)</script>'


def test_the_document_may_do_nothing(panel: Client, draft: Draft) -> None:
    message = draft(html=HTML)
    response = panel.get(reverse("consents:message_document", args=[message.public_id]))
    assert response.content.decode() == HTML
    policy = {part.split()[0]: part.split()[1:] for part in response["Content-Security-Policy"].split(";")}
    assert policy["sandbox"] == []  # no scripts, no origin, no forms
    assert policy["default-src"] == ["'none'"]
    assert policy["img-src"] == ["data:"]
    assert policy["style-src"] == ["'unsafe-inline'"]
    assert "script-src" not in policy
    assert (response["X-Frame-Options"], response["Referrer-Policy"]) == ("SAMEORIGIN", "no-referrer")


def test_every_other_page_keeps_the_strict_policy(panel: Client, draft: Draft) -> None:
    message = draft(html=HTML)
    response = panel.get(reverse("consents:message_preview", args=[message.public_id]))
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    page = response.content.decode()
    assert page.count('sandbox=""') == page.count("<iframe") == 2
    assert "alert(1)" not in page
    assert "MERSİS" in page  # the text version
    assert (
        reverse("consents:message_preview", args=[message.public_id])
        in panel.get(reverse("consents:message", args=[message.public_id])).content.decode()
    )


def test_without_html_there_is_nothing_to_preview(panel: Client, draft: Draft) -> None:
    message = draft()
    for name in ("message_preview", "message_document"):
        assert panel.get(reverse(f"consents:{name}", args=[message.public_id])).status_code == 404
