"""What every step on an import begins with: the locked row, nothing left of an earlier check."""

from consents.models import ConsentImport, ImportChunk, ImportProblem, StagedRow


def locked(item: ConsentImport) -> ConsentImport:
    return ConsentImport.objects.select_for_update(of=("self",)).select_related("provider", "brand").get(pk=item.pk)


def forget_check(item: ConsentImport) -> None:
    """Empty what an earlier check left; the caller saves the row."""
    StagedRow.objects.filter(import_id=item.pk).delete()
    ImportChunk.objects.filter(import_id=item.pk).delete()
    ImportProblem.objects.filter(import_id=item.pk).delete()
    item.staged_rows = None
    item.dry_counts = {}
