"""A kept paper as an answer: the PDF itself, or a picture of a page. Who may see it, the caller has judged."""

from typing import Any

from django.http import FileResponse, HttpResponse

from iys_portal.core.uploads import draw_page


def pdf(file: Any, name: str) -> FileResponse:
    """A stored PDF as a download, under a name of ours without its ending."""
    return FileResponse(file.open("rb"), as_attachment=True, filename=f"{name}.pdf")


def page_picture(file: Any, number: int) -> HttpResponse:
    """One page of a stored PDF, counted from 1."""
    with file.open("rb") as opened:
        return HttpResponse(draw_page(opened.read(), number), content_type="image/jpeg")
