"""The only SQL in the project: PostgreSQL with the five public tables and the schema aura.

`database.py` opens transactions as one of three roles; statements live in `queries/*.sql`, named; a
module per noun turns rows into the words of `aura.model`.
"""
