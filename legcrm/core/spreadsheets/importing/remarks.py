"""The rows that did not go in, as a workbook to correct and upload again."""

from django.utils.translation import gettext as _

from .. import writing
from .uploads import file_rows, headings_of, inspection_of


def remarks(run, states, path) -> int:
    """Write the rows in ``states`` as a workbook to ``path``: their columns, and the remarks.

    Returns the number of rows. The file can be corrected and uploaded again.
    """
    found = headings_of(run, inspection_of(run))
    kept = {
        row.number: _remark(row) for row in run.rows.filter(state__in=states).order_by("number")
    }
    sheet = writing.Sheet(
        _("Remarks of the check"),
        run.model,
        [
            *(writing.Heading(run.columns.get(str(h.index), ""), h.label) for h in found),
            writing.Heading("", _("Remarks of the check"), width=60),
        ],
    )
    writing.write_xlsx(
        str(path),
        sheet,
        (
            [*(cells[h.index] if h.index < len(cells) else None for h in found), kept[number]]
            for number, cells in file_rows(run)
            if number in kept
        ),
    )
    return len(kept)


def _remark(row):
    lines = [" · ".join(filter(None, [p["label"], p["value"], p["message"]])) for p in row.problems]
    for plan in row.plans:
        lines += [
            f"{row.get_state_display()}: {candidate['label']} ({candidate['why']})"
            for candidate in plan["candidates"]
        ]
    return "\n".join(lines) or row.get_state_display()
