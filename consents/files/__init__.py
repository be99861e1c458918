"""Bulk files as they come from companies: what is in them, and their cells as raw text.

No models and no judging of values: `inspect` says how a file is built, `read` gives its rows in slices,
`annotate` writes problem rows back so that they can be mended.
"""
