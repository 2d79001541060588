"""A table as a file that the browser keeps or a spreadsheet reads."""

from __future__ import annotations

import re
import unicodedata

from fastapi.responses import Response


def csv_file(text: str, *names: str) -> Response:
    """The CSV document as a download, named after the parts: `aurora-cohorts.csv`."""
    plain = unicodedata.normalize("NFKD", " ".join(names)).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "aura"
    return Response(
        text.encode(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
