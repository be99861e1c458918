"""Empty signature fields on the drawn agreement, one a signatory and one for the registry (R-P4).

The template marks each box by an anchor of the field's name: its named destination in the PDF says where the box is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pypdf import PdfReader

POINTS_A_MM = 72 / 25.4
WIDTH, HEIGHT = 76 * POINTS_A_MM, 30 * POINTS_A_MM
"""The box in the style sheet (`.sign-box`), in points."""
MARGIN = 1.5


@dataclass(frozen=True)
class Box:
    page: int
    left: float
    top: float

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """Left, bottom, right, top, a little inside the drawn line."""
        return (
            round(self.left + MARGIN),
            round(self.top - HEIGHT + MARGIN),
            round(self.left + WIDTH - MARGIN),
            round(self.top - MARGIN),
        )


def boxes_of(drawn: bytes, names: Sequence[str]) -> Iterator[tuple[str, Box]]:
    """Where each box was drawn. Raises `KeyError` for one that the template does not mark."""
    reader = PdfReader(BytesIO(drawn))
    marks = reader.named_destinations
    for name in names:
        mark = marks[name]
        page = reader.get_destination_page_number(mark)
        assert page is not None
        yield name, Box(page, float(mark.left), float(mark.top))  # type: ignore[arg-type]


def with_fields(drawn: bytes, fields: Sequence[tuple[str, str]]) -> bytes:
    """The drawn file with an empty signature field in each box; `fields` are (name, words for screen readers)."""
    labels = dict(fields)
    writer = IncrementalPdfFileWriter(BytesIO(drawn))
    for name, box in boxes_of(drawn, list(labels)):
        spec = SigFieldSpec(name, on_page=box.page, box=box.corners, readable_field_name=labels[name])
        append_signature_field(writer, spec)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
