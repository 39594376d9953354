"""Charts: a bar for each row of a small table. The theme draws it, and the table stands beside it.

``admin/includes/chart.html`` shows both, so that nobody needs the picture to know the numbers.
"""

import json
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

# On white and on the dark page alike.
_WORDS = "#7a8594"
# Of a line beside a bar, in characters: more would leave no room for the bars on a phone.
_LINE = 24


@dataclass(frozen=True)
class Bar:
    label: str
    amount: int | float | Decimal
    shown: str  # the amount as the table says it
    url: str = ""  # of the list of what is counted
    definition: str = ""
    mark: str = ""  # what must be said beside the number


@dataclass(frozen=True)
class Chart:
    """``key`` is unique on the page; ``what`` heads the column of the labels."""

    key: str
    title: str
    what: str
    bars: Sequence[Bar]
    note: str = ""

    @property
    def data(self) -> str:
        """What the theme's script draws, as JSON."""
        return json.dumps(
            {
                "labels": self._lines(),
                "datasets": [
                    {
                        "data": [float(bar.amount) for bar in self.bars],
                        "backgroundColor": "var(--color-primary-600)",
                        "barThickness": 14,
                        "borderRadius": 3,
                    }
                ],
            }
        )

    @property
    def options(self) -> str:
        """How it is drawn, as JSON: lying bars, whole numbers, nothing that moves."""
        ticks = {"color": _WORDS, "font": {"size": 12}}
        return json.dumps(
            {
                "indexAxis": "y",
                "animation": False,
                "responsive": True,
                "maintainAspectRatio": False,
                "plugins": {"legend": {"display": False}},
                "scales": {
                    "x": {
                        "beginAtZero": True,
                        "ticks": ticks | {"precision": 0, "maxTicksLimit": 6},
                        "grid": {"tickWidth": 0},
                        "border": {"display": False},
                    },
                    "y": {
                        "ticks": ticks | {"autoSkip": False},
                        "grid": {"display": False},
                        "border": {"display": False},
                    },
                },
            }
        )

    @property
    def height(self) -> int:
        """In pixels: as much for each bar, and more where its label takes several lines."""
        lines = max((len(lines) for lines in self._lines()), default=1)
        return 34 + max(30, 10 + 15 * lines) * len(self.bars)

    def _lines(self):
        return [
            textwrap.wrap(str(bar.label), _LINE, break_long_words=False) or [""]
            for bar in self.bars
        ]

    @property
    def spoken(self) -> str:
        """What the picture shows, in words."""
        return f"{self.title}: " + ", ".join(f"{bar.label} {bar.shown}" for bar in self.bars)
