"""JSON for programs: the same reports as the pages, under `/v1`, and what makes tokens checkable.

`v1.py` is an application of its own, mounted beside the page; it lists one module a noun.
`asking.py` says who asks and for what, `answers.py` holds documents that nouns share, `problems.py`
the errors; `discovery.py` answers for machines that watch or verify: health, keys, issuer.
"""
