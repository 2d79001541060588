"""Write the pins of one file that no other file has: what is installed beside another environment.

`python requirements/beside.py WHOLE OTHER …`; a pin is a name, a version and its hashes.
"""

from __future__ import annotations

import sys
from pathlib import Path


def pins(path: Path) -> dict[str, str]:
    """Each package's lines by its name."""
    found: dict[str, str] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if not line.startswith((" ", "#")):
            name = line.partition("==")[0]
            found[name] = ""
        if name:
            found[name] += line
    return found


def main() -> None:
    """Print them."""
    whole, *others = [pins(Path(name)) for name in sys.argv[1:]]
    known = {name for other in others for name in other}
    sys.stdout.writelines(lines for name, lines in whole.items() if name not in known)


if __name__ == "__main__":
    main()
