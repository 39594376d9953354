"""The radar: which contact goes cold, and who calls whom today.

Each night ``find_leads`` writes down what the rules find, so that no page has to look through a
million organisations. What somebody acts on is looked at again at once (``look_again``), and whom
to call today is checked against the records as they are (``calls_today``).

A record about which something is promised for today or later is not idle: somebody will act.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from legcrm.core.dates import start_of
from legcrm.core.models import StoredFigure
from legcrm.core.rows import chunks
from partners.models import Organisation

from .calls import Call, describe
from .models import (
    Agreement,
    AgreementParty,
    Cooperation,
    FollowUp,
    Interaction,
    InteractionOrganisation,
    Mission,
    Participation,
    Project,
    RadarRule,
    StaleLead,
)

# So many records are looked at before what was found among them is written.
AT_ONCE = 5000
# Under this key stands what the last search found: {condition: number of leads}.
FIGURE = "radar"
# So many of the best are looked at to find whom to call; several may be about one partner.
CANDIDATES = 60
GOING_ON = (Cooperation.Stage.TALKS, Cooperation.Stage.AGREED, Cooperation.Stage.ACTIVE)

# Which records somebody looks after by writing a row of a model, as lookups from the row.
LOOKED_AFTER = {
    Interaction: {
        "organisation": ("organisation_links__organisation",),
        "agreement": (
            "cooperation__agreements",
            "organisation_links__organisation__agreement_parties__agreement",
        ),
    },
    FollowUp: {
        "follow_up": ("pk",),
        "organisation": (
            "organisation",
            "cooperation__home",
            "cooperation__partner",
            "interaction__organisation_links__organisation",
            "person__affiliations__organisation",
            "agreement__parties__organisation",
            "project__parties__organisation",
        ),
        "agreement": ("agreement", "cooperation__agreements"),
        "project": ("project",),
    },
    Project: {"project": ("pk",)},
    Agreement: {"agreement": ("pk",)},
    Cooperation: {"organisation": ("home", "partner"), "agreement": ("agreements",)},
    Organisation: {"organisation": ("pk",), "agreement": ("agreement_parties__agreement",)},
}


# --- What each rule asks ------------------------------------------------------------------------


def _idle(days: int, today: date) -> QuerySet:
    """Organisations that somebody owns, or that cooperate, without contact."""
    cooperations = Cooperation.objects.active().exclude(stage=Cooperation.Stage.ENDED)
    theirs = cooperations.filter(Q(home=OuterRef("pk")) | Q(partner=OuterRef("pk"))).order_by()
    owned = theirs.filter(owner__isnull=False).order_by("-pk")
    last_mission = (
        Mission.objects.active()
        .filter(status=Mission.Status.COMPLETED)
        .order_by("-starts_on", "-pk")
        .values("pk")[:1]
    )
    attended = Participation.objects.active().filter(
        organisation=OuterRef("pk"),
        status=Participation.Status.ATTENDED,
        mission=Subquery(last_mission),
    )
    return (
        Organisation.objects.active()
        .filter(Q(owner__isnull=False) | Exists(theirs))
        .with_last_contact()
        .annotate(lead_since=Coalesce("last_contact", "created_at"))
        .filter(lead_since__lt=start_of(today - timedelta(days=days)))
        .filter(*_nothing_planned("organisation", today))
        .annotate(
            lead_owner=Coalesce(
                "owner", Subquery(owned.values("owner")[:1]), output_field=models.BigIntegerField()
            ),
            lead_rank=_rank(
                (Exists(theirs.filter(stage=Cooperation.Stage.ACTIVE)), StaleLead.Rank.ACTIVE),
                (Exists(attended), StaleLead.Rank.LAST_MISSION),
            ),
        )
    )


def _agreement(days: int, today: date) -> QuerySet:
    """Agreements in force that nobody talked about, did anything for, or changed.

    A contact counts that was logged for the cooperation, or with a party abroad. A university at
    home with ten agreements is talked with each week, and of which of them nobody can tell; so a
    party at home counts only where none abroad is named.
    """
    talks = Interaction.objects.active().filter(cooperation=OuterRef("cooperation"))
    parties = AgreementParty.objects.filter(agreement=OuterRef("pk"), organisation__isnull=False)
    abroad = AgreementParty.Side.FOREIGN
    signs = [
        Subquery(talks.order_by("-occurred_at").values("occurred_at")[:1]),
        Case(
            When(Exists(parties.filter(side=abroad)), then=_last_met(side=abroad)),
            default=_last_met(),
        ),
        *(
            Subquery(
                FollowUp.objects.done()
                .filter(**{path: OuterRef("pk")})
                .order_by("-done_at")
                .values("done_at")[:1]
            )
            for path in LOOKED_AFTER[FollowUp]["agreement"]
        ),
    ]
    return (
        Agreement.objects.active()
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today))
        .filter(status__in=[Agreement.Status.AGREED, Agreement.Status.SIGNED])
        .annotate(
            lead_since=Greatest(
                "updated_at",
                # SQLite takes the greatest of values and of nothing for nothing.
                *(Coalesce(sign, F("updated_at")) for sign in signs),
            )
        )
        .filter(lead_since__lt=start_of(today - timedelta(days=days)))
        .filter(*_nothing_planned("agreement", today))
        .annotate(
            lead_owner=Coalesce(
                "cooperation__owner", "mission__owner", output_field=models.BigIntegerField()
            ),
            lead_rank=Value(StaleLead.Rank.AGREEMENT),
        )
    )


def _last_met(**party):
    """Return the last contact with the parties of an agreement, as an expression."""
    about = {"agreement": OuterRef("pk"), **party}
    met = InteractionOrganisation.objects.filter(
        interaction__archived_at__isnull=True,
        **{f"organisation__agreement_parties__{name}": value for name, value in about.items()},
    )
    newest = met.order_by("-interaction__occurred_at").values("interaction__occurred_at")
    return Subquery(newest[:1])


def _overdue(days: int, today: date) -> QuerySet:
    """Follow-ups that should have been done; first those of partners with whom it is serious."""
    their = Q(home=OuterRef("organisation")) | Q(partner=OuterRef("organisation"))
    cooperations = Cooperation.objects.active().filter(their, stage__in=GOING_ON).order_by()
    agreements = AgreementParty.objects.filter(
        organisation=OuterRef("organisation"), agreement__archived_at__isnull=True
    ).order_by()
    serious = Q(agreement__isnull=False) | Q(project__agreement__isnull=False)
    for path in ("cooperation", "interaction__cooperation", "project__cooperation"):
        serious |= Q(**{f"{path}__stage__in": GOING_ON})
    promise = StaleLead.Rank.PROMISE
    return (
        FollowUp.objects.open()
        .filter(due_on__lt=today - timedelta(days=days))
        .annotate(
            lead_since=F("due_on"),
            lead_owner=F("assignee"),
            lead_rank=_rank(
                (serious, promise),
                (Exists(cooperations), promise),
                (Exists(agreements), promise),
                default=StaleLead.Rank.OTHER_PROMISE,
            ),
        )
    )


def _no_next_step(days: int, today: date) -> QuerySet:
    """Projects under way that lie there: no next step, nothing promised, unchanged."""
    promised = FollowUp.objects.open().filter(project=OuterRef("pk"))
    return (
        Project.objects.active()
        .without_next_step()
        .filter(~Exists(promised), updated_at__lt=start_of(today - timedelta(days=days)))
        .annotate(
            lead_since=F("updated_at"),
            lead_owner=F("owner"),
            lead_rank=Value(StaleLead.Rank.PROJECT),
        )
    )


def _rank(*cases, default=StaleLead.Rank.OTHER):
    return Case(
        *(When(condition, then=Value(rank)) for condition, rank in cases), default=Value(default)
    )


def _nothing_planned(target: str, today: date) -> list:
    """Return the conditions that no follow-up about the ``target`` is open for today or later."""
    planned = FollowUp.objects.open().filter(due_on__gte=today).order_by()
    return [
        ~Exists(planned.filter(**{path: OuterRef("pk")}, **_in_force(path)))
        for path in LOOKED_AFTER[FollowUp][target]
    ]


def _in_force(path):
    # Who has left an organisation says nothing about it.
    if path.startswith("person__affiliations"):
        return {"person__affiliations__valid_to__isnull": True}
    return {}


class Condition(NamedTuple):
    """Which ``target`` of a lead a rule finds, by ``query(days, today)``.

    Its rows bear ``lead_owner`` (key or None), ``lead_since`` (day or instant) and ``lead_rank``.
    """

    target: str
    query: Callable[[int, date], QuerySet]


CONDITIONS = {
    RadarRule.Condition.IDLE: Condition("organisation", _idle),
    RadarRule.Condition.AGREEMENT: Condition("agreement", _agreement),
    RadarRule.Condition.OVERDUE: Condition("follow_up", _overdue),
    RadarRule.Condition.NO_NEXT_STEP: Condition("project", _no_next_step),
}


class Finding(NamedTuple):
    """What is known of one record that goes cold; the fields of a lead that follow from it."""

    owner_id: int | None
    idle_since: date
    rank: int


def _find(rule: RadarRule, today: date, keys: Q) -> dict[int, Finding]:
    """Return ``{key of the record: finding}`` of the records among ``keys`` that ``rule`` finds."""
    if not rule.is_in_use:
        return {}
    query = CONDITIONS[rule.condition].query(rule.days, today).filter(keys).order_by()
    rows = query.values_list("pk", "lead_owner", "lead_since", "lead_rank")
    return {key: Finding(owner, _day(since), rank) for key, owner, since, rank in rows}


def _day(since):
    return timezone.localdate(since) if isinstance(since, datetime) else since


# --- At night -----------------------------------------------------------------------------------


def find_leads(today: date) -> int:
    """Bring the leads in line with the records as of ``today``; return how many there are.

    What was put off stays put off. Reads some thousand records at a time and then writes only
    what differs, in small pieces, so that nobody waits for it; a second run changes nothing.
    """
    found = {}
    for rule in RadarRule.objects.all():
        if rule.condition in CONDITIONS:
            found[rule.condition] = _renew(rule, today)
    StoredFigure.objects.update_or_create(
        key=FIGURE, defaults={"value": found, "counted_at": timezone.now()}
    )
    return sum(found.values())


def last_search() -> datetime | None:
    """Return when ``find_leads`` last came to its end."""
    return StoredFigure.objects.filter(key=FIGURE).values_list("counted_at", flat=True).first()


def _renew(rule, today):
    target = CONDITIONS[rule.condition].target
    model = StaleLead._meta.get_field(target).related_model
    number = 0
    for first, last in _ranges(model):
        found = _find(rule, today, _between("pk", first, last))
        leads = StaleLead.objects.filter(_between(target, first, last), rule=rule)
        _write(rule, target, leads, found)
        number += len(found)
    return number


def _ranges(model) -> Iterator[tuple[int, int | None]]:
    """Yield ``(first, last)`` of the keys of all rows, some thousand at a time; the end is open.

    By bounds rather than by a limit, for which a database may sort the whole table each time.
    """
    first, keys = 0, model._base_manager.order_by("pk").values_list("pk", flat=True)
    while first is not None:
        last = keys.filter(pk__gt=first)[AT_ONCE - 1 : AT_ONCE].first()
        yield first, last
        first = last


def _between(name, first, last):
    bound = Q(**{f"{name}__gt": first})
    return bound if last is None else bound & Q(**{f"{name}__lte": last})


def _write(rule, target, leads, found, *, only_known=False):
    """Make ``leads``, those of ``rule`` about some records, what was ``found`` of these records."""
    rows = leads.order_by().values_list(f"{target}_id", "pk", *Finding._fields)
    known = {key: (pk, Finding(*rest)) for key, pk, *rest in rows}
    gone = [pk for key, (pk, _finding) in known.items() if key not in found]
    changed = [
        StaleLead(pk=known[key][0], **finding._asdict())
        for key, finding in found.items()
        if key in known and known[key][1] != finding
    ]
    new = [] if only_known else [key for key in found if key not in known]
    model = StaleLead._meta.get_field(target).related_model
    for some in chunks(gone):
        StaleLead.objects.filter(pk__in=some).delete()
    for some in chunks(changed):
        StaleLead.objects.bulk_update(some, Finding._fields)
    for some in chunks(new):
        with transaction.atomic():
            there = set(model._base_manager.filter(pk__in=some).values_list("pk", flat=True))
            StaleLead.objects.bulk_create(
                [
                    StaleLead(rule=rule, **{f"{target}_id": key}, **found[key]._asdict())
                    for key in some
                    if key in there
                ],
                ignore_conflicts=True,  # somebody else searches at the same time
            )


# --- As soon as somebody acts -------------------------------------------------------------------


def look_again(model: type[models.Model], keys: Collection[int]) -> None:
    """Remove the leads that no longer hold now that the rows ``keys`` of ``model`` were written.

    The other leads about the same records get their owner and their day. One query where there are
    none. Nothing new is found: that is the work of the night.
    """
    leads = _about(model, keys)
    if leads is None:
        return
    by_rule = {}
    for rule_id, *targets in leads.values_list("rule_id", *(f"{n}_id" for n in StaleLead.TARGETS)):
        by_rule.setdefault(rule_id, set()).update(key for key in targets if key is not None)
    today = timezone.localdate()
    for rule in RadarRule.objects.filter(pk__in=by_rule) if by_rule else ():
        target = CONDITIONS[rule.condition].target
        # As plain lists: of a list in one parameter PostgreSQL doesn't know how short it is, and
        # would ask the condition of the whole table.
        for touched in chunks(sorted(by_rule[rule.pk])):
            found = _find(rule, today, Q(pk__in=touched))
            rows = StaleLead.objects.filter(**{f"{target}__in": touched}, rule=rule)
            _write(rule, target, rows, found, only_known=True)


def _about(model, keys):
    """Return the leads about what the rows ``keys`` of ``model`` look after, or None."""
    keys = list(keys)
    if not keys:
        return None
    written = model._base_manager.filter(pk__in=keys).order_by()
    # One query each, put together: by an "or" over tables the database would read all leads.
    some, *others = (
        StaleLead.objects.order_by().filter(**{f"{target}__in": written.values(path)})
        for target, paths in LOOKED_AFTER[model].items()
        for path in paths
    )
    return some.union(*others)


# --- Who calls whom today -----------------------------------------------------------------------


def calls_today(user, most: int = 5) -> list[Call]:
    """Return whom ``user`` should call today, the most urgent first, one partner at most once.

    What was put off is left out, and so is what no longer holds at this moment. The number of
    queries doesn't depend on how many leads there are.
    """
    today = timezone.localdate()
    mine = StaleLead.objects.for_user(user).of(user).shown(today).for_list()
    calls, partners = [], set()
    for call in describe(_still_stale(list(mine[:CANDIDATES]), user, today), user, today):
        # Who to call; where that is nobody, what it is about.
        partner = call.organisation or call.target
        if (type(partner), partner.pk) not in partners:
            partners.add((type(partner), partner.pk))
            calls.append(call)
    return calls[:most]


def _still_stale(leads, owner, today):
    """Return those of ``leads`` that their rule still finds for ``owner``; one query per rule."""
    by_rule = {}
    for lead in leads:
        by_rule.setdefault(lead.rule, {})[lead.target.pk] = lead
    kept = set()
    for rule, about in by_rule.items():
        for key, finding in _find(rule, today, Q(pk__in=list(about))).items():
            if finding.owner_id == owner.pk:
                kept.add(about[key].pk)
    return [lead for lead in leads if lead.pk in kept]


def put_off(lead: StaleLead, until: date, user) -> None:
    """Have ``lead`` out of sight until the day ``until``; today brings it back.

    Raises PermissionDenied, or ValidationError for a day that is over.
    """
    if not user.has_perm("missions.change_stalelead"):
        raise PermissionDenied
    if until < timezone.localdate():
        raise ValidationError(_("Choose a day from today on until which it is put off."))
    lead.snoozed_until = until
    StaleLead.objects.filter(pk=lead.pk).update(snoozed_until=until)
