"""Which bytes a signature or a time stamp of the document covers."""

from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel


def covers_its_revision(signature: EmbeddedPdfSignature) -> bool:
    """From the first byte to the end of its own revision, without a hole but for the signature itself."""
    whole: bool = signature.evaluate_signature_coverage() >= SignatureCoverageLevel.ENTIRE_REVISION
    return whole and _gap_is_signature(signature)


def _gap_is_signature(signature: EmbeddedPdfSignature) -> bool:
    """Between the two signed stretches lies the signature and nothing else."""
    _, length, start, _ = (int(one) for one in signature.byte_range)
    stream = signature.reader.stream
    stream.seek(length)
    gap: bytes = stream.read(max(start - length, 0))
    return gap.lower() == b"<" + signature.pkcs7_content.hex().encode() + b">"
