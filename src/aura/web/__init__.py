"""The page: server-rendered HTML over the reports, complete without JavaScript.

`application.py` puts it together, `pages/` holds one module per page, `charts.py` draws. No page
computes a figure: it asks a report and writes what it was told.
"""
