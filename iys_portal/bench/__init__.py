"""Benchmarks: `make bench` prints one line a figure, `name value unit` (design 10).

Each group works on a database of its own. Figures with a peer add `.ratio…`, taken in the same run.
"""
