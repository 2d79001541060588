"""JSON for programs: the same reports as the pages, under `/v1`, and what makes tokens checkable.

`v1.py` is an application of its own, mounted beside the page; `discovery.py` answers for machines
that watch or verify: health, keys, issuer.
"""
