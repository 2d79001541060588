"""Fault scripts and kills, shared by the tests and the benchmarks."""
