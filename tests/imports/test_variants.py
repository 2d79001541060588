"""The same orders however a program wrote them, and no crash whatever it wrote."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from contextlib import suppress
from operator import attrgetter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from aura.errors import FileRefusedError
from order_files import read_orders

FILES = Path(__file__).parent / "files"
GOOD = (FILES / "orders.csv").read_bytes()
ROWS = list(csv.reader(io.StringIO(GOOD.decode(), newline="")))
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16", "cp1252"]


def read_bytes(content: bytes):
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        orders, summary = read_orders(Path(file.name))
    return sorted(orders, key=attrgetter("order_id")), summary


EXPECTED = read_bytes(GOOD)[0]


@st.composite
def variants(draw):
    """The rows of the export, written as another program would."""
    chance = draw(st.randoms(use_true_random=False))
    header, *rows = [list(row) for row in ROWS]
    if draw(st.booleans()):
        chance.shuffle(rows)
    order = list(range(len(header)))
    if draw(st.booleans()):
        chance.shuffle(order)
    extra = draw(st.integers(0, 3))
    table = [[row[n] for n in order] + ["caf\u00e9"] * extra for row in rows]
    names = [header[n].upper() if draw(st.booleans()) else f" {header[n]} " for n in order]
    names += [f"Extra {n}" for n in range(extra)]
    title = draw(st.lists(st.sampled_from(["Orders", "All time", ""]), max_size=5))
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=draw(st.sampled_from([",", ";", "\t"])),
        lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
    )
    writer.writerows([*([line] for line in title), names, *table])
    return text.getvalue().encode(draw(st.sampled_from(ENCODINGS)))


@settings(max_examples=150, deadline=None)
@given(variants())
def test_the_way_a_file_is_written_changes_no_order(content):
    assert read_bytes(content)[0] == EXPECTED


@st.composite
def damaged(draw):
    """The export after a few random edits."""
    content = bytearray(draw(st.sampled_from([GOOD, (FILES / "wrapped.csv").read_bytes()])))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        length = draw(st.sampled_from([0, 1, 2, 40, 4000]))
        piece = draw(st.one_of(st.binary(max_size=6), st.sampled_from([b'"', b",", b"\n", b"\0"])))
        content[start : start + length] = piece
    return bytes(content)


@settings(max_examples=400, deadline=None)
@given(damaged())
def test_a_damaged_file_is_read_or_refused_in_plain_words(content):
    with suppress(FileRefusedError):
        read_bytes(content)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=3000))
def test_any_bytes_are_read_or_refused_in_plain_words(content):
    with suppress(FileRefusedError):
        read_bytes(content)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from('Name,Total;\t"\n\r#1.-\u00e9 \u2028'), max_size=400))
def test_any_table_is_read_or_refused_in_plain_words(text):
    header = "Name,Created at,Total,Lineitem name\n"
    for content in (text, header + text):
        with suppress(FileRefusedError):
            read_bytes(content.encode())


async def test_a_damaged_file_is_stored_whole_or_not_at_all(shop, write_file):
    chance = random.Random(20261122)
    before = await shop.contents()
    refused = stored = 0
    for number in range(60):
        content = bytearray(GOOD)
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(content))
            content[place : place + chance.choice([0, 1, 1, 30])] = bytes(
                chance.choices(b'0123456789,."\n\0\xffabc', k=chance.randint(0, 3))
            )
        try:
            await shop.bring(write_file(bytes(content), f"{number}.csv"))
        except FileRefusedError:
            refused += 1
            assert await shop.contents() == before
        else:
            stored += 1
            before = await shop.contents()
    assert refused
    assert stored
