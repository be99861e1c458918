"""What PDFs and bundles of complaints say: pure content, in the reader's language."""
