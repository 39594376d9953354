"""The boards: cooperations and follow-up projects as cards, a column for each stage.

Moving a card is a change of stage like any other; it meets the rules of its model and says by
``CantMove`` why it can't be done.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from legcrm.core.models import Record, StaleRecord

from .models import Cooperation, Project
from .models.project import ROAD, STOPPED

# A board is looked over at a glance; the rest of a stage is in the list.
MOST_CARDS = 50


class Board(NamedTuple):
    """The stages of a model as columns, and what those ask for that are not simply reached."""

    road: Sequence[models.TextChoices]
    beside: Sequence[models.TextChoices]
    reason: str  # the field with the reason
    asks: dict[models.TextChoices, tuple[str, ...]]  # arguments of ``move`` that must be given


BOARDS = {
    Cooperation: Board(
        road=(
            Cooperation.Stage.IDENTIFIED,
            Cooperation.Stage.INTRODUCED,
            Cooperation.Stage.TALKS,
            Cooperation.Stage.AGREED,
            Cooperation.Stage.ACTIVE,
        ),
        beside=(Cooperation.Stage.DORMANT, Cooperation.Stage.ENDED),
        reason="ended_reason",
        asks={Cooperation.Stage.ENDED: ("reason",)},
    ),
    Project: Board(
        road=ROAD,
        beside=STOPPED,
        reason="drop_reason",
        asks=dict.fromkeys(STOPPED, ("reason", "look_again_on")),
    ),
}


class CantMove(Exception):
    """Why a card can't be moved; the text, in the active language, is for the user.

    ``missing``: the fields of the record that the stage still needs.
    """

    def __init__(self, message: str, missing: Sequence[models.Field] = ()):
        super().__init__(message)
        self.missing = list(missing)


class MovedMeanwhile(CantMove):
    """Somebody else has saved the record since the board was read."""


class Column(NamedTuple):
    stage: models.TextChoices
    cards: list[Record]
    count: int  # of all records in this stage, also of those without a card

    @property
    def more(self):
        return self.count - len(self.cards)


def columns_of(records: models.QuerySet) -> list[Column]:
    """Return a column for each stage, those of the road first; two queries.

    Of each stage the MOST_CARDS records of ``records`` that were changed last.
    """
    model = records.model
    board = BOARDS[model]
    # A list may be joined and sorted as it likes: here only the rows count.
    rows = model.objects.filter(pk__in=records.order_by().values("pk")).order_by()
    place = Window(
        RowNumber(),
        partition_by=F("stage"),
        order_by=[F("updated_at").desc(), F("pk").desc()],
    )
    number = Window(Count("pk"), partition_by=F("stage"))
    rows = rows.annotate(place=place, number=number).filter(place__lte=MOST_CARDS)
    keys, counts = [], {}
    for key, stage, count in rows.values_list("pk", "stage", "number"):
        keys.append(key)
        counts[stage] = count
    cards: dict[str, list[Record]] = {}
    for card in model.objects.filter(pk__in=keys).for_board().order_by("-updated_at", "-pk"):
        cards.setdefault(card.stage, []).append(card)
    return [
        Column(stage, cards.get(stage, []), counts.get(stage, 0))
        for stage in (*board.road, *board.beside)
    ]


@transaction.atomic
def move(
    record: Record,
    stage: str,
    user,
    *,
    version: int,
    day: date | None = None,
    reason: str = "",
    look_again_on: date | None = None,
) -> None:
    """Move ``record`` (a cooperation or a project) to ``stage``.

    ``day``: since when a cooperation is in the stage, today if not given. ``version``: that of the
    record when ``user`` last saw it. Raises CantMove, and MovedMeanwhile where it is a newer one.
    """
    model = type(record)
    rows = model.objects.for_user(user).select_for_update(of=("self",), no_key=True)
    locked = rows.filter(pk=record.pk).first()
    if locked is None:
        raise CantMove(_("This card was deleted meanwhile."))
    if locked.is_archived:
        raise CantMove(_("“%s” is archived. Restore it first.") % locked)
    if locked.version != version:
        raise MovedMeanwhile(_say_conflict(locked, version))
    stage = model.Stage(stage)
    if locked.stage == stage:
        names = {"card": locked, "stage": stage.label}
        raise CantMove(_("“%(card)s” is in the stage “%(stage)s” already.") % names)
    _write(locked, stage, day, reason.strip(), look_again_on)
    try:
        unchanged = {field.name for field in model._meta.fields} - locked.changed_fields()
        locked.clean_fields(exclude=unchanged)
        locked.validate_constraints()
        locked.save()
    except ValidationError as error:
        raise CantMove(" ".join(error.messages)) from error
    except StaleRecord as error:
        raise MovedMeanwhile(_say_conflict(locked, version)) from error


def _write(locked, stage, day, reason, look_again_on):
    """Write the stage and what goes with it; refuse where something is missing."""
    board = BOARDS[type(locked)]
    asked = board.asks.get(stage, ())
    locked.stage = stage
    # A reason belongs to the stop it was given for; an older one is in the history.
    setattr(locked, board.reason, reason if "reason" in asked else "")
    today = timezone.localdate()
    if isinstance(locked, Cooperation):
        if day and day > today:
            raise CantMove(_("A stage is reached today or before, not in the future."))
        locked.date_stage(day or today)
    else:
        locked.look_again_on = look_again_on if "look_again_on" in asked else None
        if stage in ROAD and (missing := locked.missing_for(stage)):
            names = {
                "card": locked,
                "stage": stage.label,
                "fields": ", ".join(f"“{field.verbose_name}”" for field in missing),
            }
            text = _("“%(card)s” still lacks what the stage “%(stage)s” needs: %(fields)s.")
            raise CantMove(text % names, missing)
        if "look_again_on" in asked and (look_again_on is None or look_again_on <= today):
            raise CantMove(_("Choose a day after today on which to look at the project again."))
    if "reason" in asked and not reason:
        raise CantMove(_("Say why: the stage “%s” needs a reason.") % stage.label)


def _say_conflict(locked, version):
    """Say who has done what to the record since ``version``."""
    names = {
        "who": locked.updated_by or _("Somebody"),
        "card": locked,
        "stage": locked.get_stage_display(),
    }
    seen = locked.history.model.objects.filter(id=locked.pk, version=version)
    before = seen.values_list("stage", flat=True).first()
    if before is not None and before != locked.stage:
        return (
            _(
                "%(who)s has moved “%(card)s” to “%(stage)s” meanwhile. "
                "Your move was not saved; look at the card again."
            )
            % names
        )
    return (
        _(
            "%(who)s has changed “%(card)s” meanwhile. "
            "Your move was not saved; look at the card again."
        )
        % names
    )
