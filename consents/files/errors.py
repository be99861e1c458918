"""Why a table or a ZIP is refused as a whole, in words for the person who uploaded it."""

from django.utils.translation import gettext_lazy as _

from iys_portal.core.refused_files import REFUSALS, FileRefused, Words, add_words

__all__ = ["REFUSALS", "FileRefused"]

add_words(
    {
        "empty": Words(
            _("The file is empty."),
            _("Export it again and check that it holds rows before you upload it."),
        ),
        "headings-only": Words(
            _("The file holds headings but no rows."),
            _("Export it again with the rows below the headings."),
        ),
        "no-recognisable-columns": Words(
            _("No column of the file holds phone numbers or e-mail addresses."),
            _("Give the columns headings such as recipient, type, status, source and consentDate."),
        ),
        "two-columns": Words(
            _("Several columns of the file are for “{field}”: {headings}."),
            _("Keep one of them, or rename the others, and upload the file again."),
        ),
        "too-many-rows": Words(
            _("The file holds {count} rows; {limit} are accepted at once."),
            _("Split the file and upload the parts one after the other."),
        ),
        "too-many-columns": Words(
            _("The file has {count} columns; {limit} are accepted."),
            _("Keep the columns that are about consents and upload the file again."),
        ),
        "too-many-rows-for-a-sheet": Words(
            _("A spreadsheet holds {limit} rows at most."),
            _("Download the rows as CSV."),
        ),
        "record-too-long": Words(
            _("The row that begins in line {line} is longer than {limit} characters."),
            _("The line ends or quotation marks of the file are damaged there; export it again."),
        ),
        "unclosed-quote": Words(
            _("A quotation mark that opens in line {line} is never closed."),
            _("Close or remove the quotation mark in that line and upload the file again."),
        ),
        "nul-bytes": Words(
            _("The text has unreadable characters (NUL) in line {line}."),
            _("The file is damaged or is not a text file; export it again as CSV (UTF-8) or as XLSX."),
        ),
        "undecodable": Words(
            _("The letters in line {line} cannot be read: the file mixes encodings or is damaged."),
            _("Export it again as CSV (UTF-8) or as XLSX."),
        ),
        "binary": Words(
            _("This is not a table: the file holds binary data."),
            _("Upload a CSV, XLSX or ODS file."),
        ),
        "pdf": Words(
            _("This is a PDF document, whatever its name says."),
            _("Upload the list itself as CSV, XLSX or ODS."),
        ),
        "zip-archive": Words(
            _("This is a ZIP archive, not a workbook."),
            _("Unpack it and upload the CSV, XLSX or ODS file in it."),
        ),
        "zip-bomb": Words(
            _("The workbook unpacks to an unreasonable size."),
            _("Copy the rows into a new workbook, or save the sheet as CSV (UTF-8)."),
        ),
        "sheet-too-large": Words(
            _("The workbook is too large to be read."),
            _("Save the sheet as CSV (UTF-8) and upload that file."),
        ),
        "broken-workbook": Words(
            _("The workbook is damaged and cannot be opened."),
            _("Open it in your spreadsheet program, save it as XLSX and upload it again."),
        ),
        "password-protected": Words(
            _("The workbook is protected by a password."),
            _("Remove the password in your spreadsheet program and upload it again."),
        ),
        "old-workbook": Words(
            _("The workbook has an old format that is not read."),
            _("Open it in your spreadsheet program, save it as XLSX and upload that file."),
        ),
        "macro-workbook": Words(
            _("The workbook contains macros."),
            _("Save it as XLSX, without macros, and upload that file."),
        ),
        "html-table": Words(
            _("This is a web page, whatever its name says."),
            _("Open it in your spreadsheet program, save it as XLSX and upload that file."),
        ),
        "zip-unreadable": Words(
            _("This is not a ZIP archive, or it is damaged."),
            _("Pack the scans into a new ZIP and upload that file."),
        ),
        "zip-many": Words(
            _("The ZIP holds more than {limit} files."),
            _("Split the list and its scans, and upload the parts one after the other."),
        ),
        "zip-unpacks": Words(
            _("The ZIP unpacks to an unreasonable size."),
            _("Pack the scans anew; PDFs and pictures hardly shrink in a ZIP."),
        ),
        "zip-password": Words(
            _("The ZIP is locked with a password."),
            _("Pack the scans into a ZIP without a password."),
        ),
        "zip-paths": Words(
            _("A name in the ZIP leads outside of it."),
            _("Pack the scans anew, from the folder that they are in."),
        ),
        "zip-nested": Words(
            _("The ZIP holds another archive."),
            _("Unpack it and put the scans themselves into the ZIP."),
        ),
        "zip-nothing": Words(
            _("The ZIP holds no files."),
            _("Put the scans into it and upload it again."),
        ),
        "unknown-sheet": Words(
            _("The workbook has no sheet “{sheet}”."),
            _("Choose one of the sheets of the workbook."),
        ),
    }
)
