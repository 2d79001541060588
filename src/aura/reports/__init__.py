"""Numbers for people: the same figures for the page, the API and the shell.

A report asks the store, adds sums, takes ratios through the catalogue and says why a figure is
unknown. Nothing here writes, and nothing here knows HTML.
"""
