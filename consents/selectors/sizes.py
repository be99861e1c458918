"""A provider's size for the initial upload deadlines: what it declared, corrected by what it really has (R-D2)."""

from collections.abc import Iterable

from django.db.models import OuterRef, Subquery, Sum

from consents.enums import Status, Verdict
from consents.models import BrandCounter, ConsentImport, ImportChunk
from iys_portal.core.prepared import first_row
from providers.enums import SizeClass
from providers.models import LARGE_FROM, Brand, Provider

_REAL_COUNT = f"""
    SELECT coalesce(sum(total), 0)::bigint FROM consents_brandcounter
    WHERE brand_id IN (SELECT id FROM providers_brand WHERE provider_id = %(provider)s::bigint)
        AND status IN ({Status.ONAY.value}, {Status.RET.value})
"""  # noqa: S608 (numbers)


def size_class_of(provider: Provider, *, job_id: int | None = None) -> SizeClass:
    """The class of one provider; one query where it declared a small number.

    What the job `job_id` itself wrote so far does not count: a load is judged to its end as it began.
    """
    if provider.declared_consents > LARGE_FROM:
        return SizeClass.LARGE
    (real,) = first_row(_REAL_COUNT, {"provider": provider.pk}) or (0,)
    if real > LARGE_FROM and job_id is not None:
        real -= _written_by(job_id)
    return SizeClass.LARGE if real > LARGE_FROM else SizeClass.SMALL


def size_classes(providers: Iterable[Provider]) -> dict[int, SizeClass]:
    """The classes of many, by provider; one query."""
    real = _real_counts()
    return {
        provider.pk: SizeClass.LARGE
        if max(provider.declared_consents, real.get(provider.pk, 0)) > LARGE_FROM
        else SizeClass.SMALL
        for provider in providers
    }


def _real_counts() -> dict[int, int]:
    """Consents and refusals that stand, by provider."""
    found = BrandCounter.objects.filter(status__in=(Status.ONAY, Status.RET)).annotate(
        provider=Subquery(Brand.objects.filter(pk=OuterRef("brand_id")).values("provider"))
    )
    return dict(found.values_list("provider").annotate(Sum("total")).order_by())


def _written_by(job_id: int) -> int:
    chunks = ImportChunk.objects.filter(
        import_id__in=ConsentImport.objects.filter(apply_job=job_id).values("pk"), phase=ImportChunk.Phase.APPLY
    )
    return sum(counts.get(str(int(Verdict.NEW)), 0) for counts in chunks.values_list("counts", flat=True))
