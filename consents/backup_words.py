"""The report of a restore or a drill, line by line."""

from collections.abc import Iterator

from consents.services.backups import Report


def lines(report: Report) -> Iterator[str]:
    yield f"backup of {report.taken}"
    for finding in report.findings:
        verdict = "ok   " if finding.well else "WRONG"
        more = finding.found if finding.well else f"expected {finding.expected}, found {finding.found}"
        yield f"{verdict} {finding.what}: {more}"
    yield from report.noted
    yield "equal" if report.equal else "NOT equal"
