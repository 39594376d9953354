"""Days of agreements and projects that bring a follow-up about by themselves.

An agreement about to expire is to be renewed or let go, and a project that was stopped is looked at
again on the day that somebody chose. Each day brings one follow-up, however often the night's work
runs and however many nights it missed. Where the day or the record changes meanwhile, the follow-up
that nobody has done yet is closed, and says why.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from .agreements import IN_FORCE
from .models import Agreement, DueDate, FollowUp, Project
from .models.project import STOPPED

# An agreement with an authority abroad takes months to renew.
NOTICE_DAYS = 90
# What of a title finds room beside the rest of the sentence, in any language.
LONGEST_TITLE = 200


class _Kind:
    """What is due of one model: which rows, on which day, who is asked, and what is to be done."""

    name: str
    day: str
    owners: tuple[str, ...]

    def running(self) -> models.QuerySet:
        """Return the rows whose day still calls for something."""
        raise NotImplementedError

    def due_by(self, day: date) -> date:
        """Return the last day that is due on ``day``."""
        raise NotImplementedError

    def what(self, record) -> str:
        raise NotImplementedError

    def told(self):
        """Return the rows that say that the day of a record was told."""
        return DueDate.objects.filter(**{self.name: OuterRef("pk"), "day": OuterRef(self.day)})

    def pending(self, day: date) -> models.QuerySet:
        due = self.running().filter(**{f"{self.day}__lte": self.due_by(day)})
        return due.filter(~Exists(self.told()))

    def overtaken(self) -> models.QuerySet:
        """Return the days told, and not done yet, that no longer call for anything."""
        still = self.running().filter(pk=OuterRef(self.name), **{self.day: OuterRef("day")})
        return DueDate.objects.filter(
            ~Exists(still),
            **{f"{self.name}__isnull": False},
            follow_up__done_at__isnull=True,
            follow_up__archived_at__isnull=True,
            follow_up__isnull=False,
        )

    def candidates(self, record) -> Iterator:
        """Yield who might do it, the nearest first."""
        for path in self.owners:
            found = record
            for name in path.split("."):
                found = found and getattr(found, name)
            if found is not None:
                yield found


class _Agreements(_Kind):
    name, day = "agreement", "valid_until"
    owners = ("cooperation.owner", "mission.owner", "created_by")

    def running(self):
        return Agreement.objects.active().filter(status__in=IN_FORCE)

    def due_by(self, day):
        return day + timedelta(days=NOTICE_DAYS)

    def what(self, record):
        return _("“%(title)s” expires on %(day)s: renew?") % {
            "title": record.title[:LONGEST_TITLE],
            "day": date_format(record.valid_until, "SHORT_DATE_FORMAT"),
        }


class _Projects(_Kind):
    name, day = "project", "look_again_on"
    owners = ("owner", "origin_mission.owner", "created_by")

    def running(self):
        return Project.objects.active().filter(stage__in=STOPPED)

    def due_by(self, day):
        return day

    def what(self, record):
        return _("Look again at “%(title)s”, which was stopped") % {
            "title": record.title[:LONGEST_TITLE]
        }


KINDS = (_Agreements(), _Projects())


def make_follow_ups(day: date) -> int:
    """Make the follow-ups that are due by ``day``, and close those overtaken; return how many new.

    A second run makes nothing. What nobody can be asked about stays: see ``without_assignee``.
    """
    made = 0
    for kind in KINDS:
        for key in kind.overtaken().values_list("pk", flat=True):
            _close(kind, key)
        for key in list(kind.pending(day).order_by("pk").values_list("pk", flat=True)):
            made += _make(kind, key, day)
    return made


def without_assignee(day: date) -> int:
    """Return of how many records a day is due, and nobody who works here has anything to do."""
    return sum(kind.pending(day).count() for kind in KINDS)


@transaction.atomic
def _make(kind, key, day) -> bool:
    # Locked, and asked once more: somebody may be saving a new day at this moment.
    model = kind.running().model
    model.objects.select_for_update().filter(pk=key).first()
    record = kind.pending(day).filter(pk=key).first()
    assignee = record and next(filter(_can_do, kind.candidates(record)), None)
    if assignee is None:
        return False
    with override(assignee.language):
        what = kind.what(record)
    follow_up = FollowUp.objects.create(
        what=what, due_on=day, assignee=assignee, **{kind.name: record}
    )
    DueDate.objects.create(
        day=getattr(record, kind.day), follow_up=follow_up, **{kind.name: record}
    )
    return True


def _can_do(user):
    return user.is_active and user.has_perm("missions.change_followup")


@transaction.atomic
def _close(kind, key):
    due = kind.overtaken().filter(pk=key).first()
    if due is None:
        return
    follow_up = FollowUp.objects.select_for_update(of=("self",)).get(pk=due.follow_up_id)
    if follow_up.done_at is None and not follow_up.is_archived:
        record = due.target
        new_day = getattr(record, kind.day)
        with override(follow_up.assignee.language):
            if new_day is not None and new_day != due.day:
                text = _("Settled: the day is now %(day)s.") % {
                    "day": date_format(new_day, "SHORT_DATE_FORMAT")
                }
            else:
                text = _("Settled: nothing is due on this day any more.")
        follow_up.outcome = f"{follow_up.outcome}\n{text}".strip()
        follow_up.done_at = timezone.now()
        follow_up.save()
    # Should the record come back to this day, it calls for something again.
    due.delete()
