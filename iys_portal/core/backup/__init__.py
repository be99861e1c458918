"""Parts of a backup: database, documents, manifest (docs/adr/0023-backup.md).

`consents.services.backups` puts them together.
"""


class BackupError(Exception):
    """A backup or restore cannot go on; the message is one sentence that says what to do."""
