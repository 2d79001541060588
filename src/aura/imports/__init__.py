"""Export files that people have: bytes come in, facts in the words of `aura.model` go out.

A file is read several times and kept never: to see what it is, to see that every row of it can be
read, and to write it, in one transaction. A refusal says what was seen, where, and what to do; it
names lines and columns and never repeats a cell, because a cell may be about a person.
"""
