"""Findings from daily series: arrays in, findings out. Pure: numpy and scipy.special, no database.

series.py (what goes in) → completeness.py (how much of a day has arrived) → baseline.py (what was
to be expected) → health.py (which days say nothing) → rules/ (one insight a file) → finding.py
(what comes out). engine.py holds the order of these steps.
"""
