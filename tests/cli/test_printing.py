"""Tables in the shell: what a platform calls things is printed as it is."""

from __future__ import annotations

from aura.cli.printing import print_table


def test_names_with_brackets_are_text_and_nothing_is_cut_in_a_pipe(capsys):
    names = ["[bold]Prospecting[/bold]", "[/]", ":smile:", "N" * 120]
    print_table(
        ("campaign", *(f"column {n}" for n in range(12))), [(n, *["$1,234.56"] * 12) for n in names]
    )
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[0] for line in lines[1:]] == names
    assert all(line.split()[1:] == ["$1,234.56"] * 12 for line in lines[1:])
