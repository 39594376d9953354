"""The start page: what is due, what is on, who waits and who goes cold; figures open their lists.

Everything is read under the user's rights; a card that the user may not open is not there. The
number of queries doesn't grow with the number of records. What is mine is counted up to a bound,
what is counted over a whole large table is counted at night (``legcrm.core.figures``).
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from legcrm.core.figures import (
    Total,
    count_up_to,
    read_totals,
    say_count,
    say_total,
    store_totals,
)
from legcrm.core.timed import is_late, last_run
from missions.admin_display import chip
from missions.balance import Balance
from missions.follow_ups import last_contacts
from missions.gaps import gaps_by_mission
from missions.models import (
    Agreement,
    Appointment,
    Cooperation,
    FollowUp,
    Mission,
    Participation,
    Project,
    Questionnaire,
    StaleLead,
)
from missions.radar import calls_today
from partners.models import Organisation, Person

from .site import may_add, may_change, may_view, page_url

FOLLOW_UPS_SHOWN = 8
APPOINTMENTS_SHOWN = 6
TO_DECIDE_SHOWN = 6
CALLS_SHOWN = 5
MISSIONS_SHOWN = 5
RESULTS_SHOWN = 4
# Of each of them, from its Bilanz.
RESULTS = ("people", "cooperations", "signed", "projects")
COUNTRIES_SHOWN = 10

COUNTRIES = Total("organisations.country", Organisation.objects.active, by="country")
PEOPLE = Total("people", Person.objects.active)
STAGES = Total("cooperations.stage", Cooperation.objects.active, by="stage")
AGREEMENTS = Total("agreements.status", Agreement.objects.active, by="status")
PROJECTS = Total("projects.stage", Project.objects.active, by="stage")
TOTALS = (COUNTRIES, PEOPLE, STAGES, AGREEMENTS, PROJECTS)


def count_figures(day):
    """Count the totals of large tables for the pages of ``day``: a task of ``manage.py daily``."""
    count = store_totals(TOTALS)
    return ngettext("%d total counted", "%d totals counted", count) % count


def start_page(request, context):
    """Add the cards of the start page to the context of the admin's index."""
    today = timezone.localdate()
    # Whoever may see a model may see all of it, or a total that is the same for all would tell.
    totals = read_totals(total for total in TOTALS if may_view(request, total.model))
    work = {
        "follow_ups": _follow_ups(request, today),
        "appointments": _appointments(request),
        "to_decide": _to_decide(request),
        "calls": _calls(request, today),
    }
    cards = {
        **work,
        "missions": _missions(request, today),
        "results": _results(request, today),
        "cooperations": _by_stage(request, totals, STAGES),
        "projects": _by_stage(request, totals, PROJECTS),
        "countries": _countries(request, totals),
        "figures": _figures(totals),
    }
    return {
        **context,
        **cards,
        "title": _("Today"),
        "greeting": _greeting(request.user),
        "today": today,
        "quick_actions": _quick_actions(request),
        "urgent": [figure for card in work.values() if card for figure in card["figures"]],
        "figures_of": min((t.counted_at for t in totals.values() if t.counted_at), default=None),
        "nightly": _nightly(request),
        "nothing_to_see": not any(cards.values()),
    }


def _figure(label, count, url, variant=None):
    """Return a figure of one's own work, counted up to a bound; its colour is for what there is."""
    return {
        "label": label,
        "count": count,
        "shown": say_count(count),
        "url": url,
        "variant": variant if count else "none",
    }


def _greeting(user):
    hour = timezone.localtime().hour
    name = user.first_name or user.get_username()
    if hour < 11:
        return _("Good morning, %(name)s") % {"name": name}
    if hour < 18:
        return _("Good afternoon, %(name)s") % {"name": name}
    return _("Good evening, %(name)s") % {"name": name}


def _quick_actions(request):
    # A contact is logged by the button in the header, as on every page.
    offered = (
        (FollowUp, _("New follow-up"), "notification_add"),
        (Organisation, _("New organisation"), "domain_add"),
    )
    return [
        {"title": title, "icon": icon, "url": page_url(model, "add")}
        for model, title, icon in offered
        if may_add(request, model)
    ]


def _nightly(request):
    """Tell whoever looks after the server when the nightly work seems to stand still."""
    if not request.user.has_perm("core.view_timedrun"):
        return None
    last = last_run()
    return {"last": last} if is_late(last) else None


# --- What waits for the user ----------------------------------------------------------------


def _follow_ups(request, today):
    """What the user promised: three counts, and what is next."""
    if not may_view(request, FollowUp):
        return None
    mine = FollowUp.objects.for_user(request.user).of(request.user).open()
    week = today + timedelta(days=7)
    due = (
        ("overdue", _("overdue"), Q(due_on__lt=today), "bad"),
        ("today", _("due today"), Q(due_on=today), "warn"),
        ("week", _("due within 7 days"), Q(due_on__range=(today, week)), None),
    )
    first = list(mine.for_list().order_by("due_on", "pk")[:FOLLOW_UPS_SHOWN])
    contacts = last_contacts(first, request.user)
    return {
        "figures": [
            _figure(
                label,
                count_up_to(mine.filter(condition)),
                page_url(FollowUp, assignee="me", due=span),
                variant,
            )
            for span, label, condition, variant in due
        ],
        "rows": [
            {
                "follow_up": follow_up,
                "target": _visible_target(request, follow_up),
                "last_contact": contacts.get(follow_up.pk),
            }
            for follow_up in first
        ],
        "may_change": may_change(request, FollowUp),
        "all_url": page_url(FollowUp, assignee="me"),
        "add_url": page_url(FollowUp, "add") if may_add(request, FollowUp) else None,
    }


def _visible_target(request, follow_up):
    target = follow_up.target
    return target if target is not None and may_view(request, type(target)) else None


def _appointments(request):
    """Where the user must be; not for those who only read about missions."""
    if not may_add(request, Appointment):
        return None
    mine = Appointment.objects.for_user(request.user).next_of(request.user)
    first = mine.select_related("mission", "stop").order_by("starts_at", "pk")
    return {
        "figures": [
            _figure(
                _("appointments in 24 hours"),
                count_up_to(mine.within_a_day()),
                page_url(Appointment, next="day"),
            )
        ],
        "days": _by_local_day(first[:APPOINTMENTS_SHOWN]),
        "all_url": page_url(Appointment, next="mine"),
        "add_url": page_url(Appointment, "add"),
    }


def _by_local_day(appointments):
    """Return ``[{day, word, appointments}]``: days in the city of each, "today" as it is there."""
    found = {}
    for appointment in appointments:
        day = appointment.local_starts_at.date()
        near = (day - timezone.localdate(timezone=appointment.zone)).days
        word = {0: _("today"), 1: _("tomorrow")}.get(near, "")
        found.setdefault((day, word), []).append(appointment)
    return [{"day": day, "word": word, "appointments": rows} for (day, word), rows in found.items()]


def _to_decide(request):
    """Who applied, who accepted and is not confirmed, what participants answered afterwards.

    On my missions, or on all if none ahead is mine.
    """
    if not may_change(request, Participation):
        return None
    participations = Participation.objects.for_user(request.user)
    has_missions = Mission.objects.active().ahead().filter(owner=request.user).exists()
    whose = "mine" if has_missions else "all"
    waiting = participations.to_decide(request.user if has_missions else None)
    labels = {
        Participation.Status.APPLIED: _("applications"),
        Participation.Status.ACCEPTED: _("admissions to confirm"),
    }
    answers = _answers_to_confirm(request, has_missions)
    first = waiting.for_list().order_by("mission__starts_on", "mission", "status", "pk")
    return {
        "figures": [
            _figure(
                label,
                count_up_to(waiting.filter(status=status)),
                page_url(Participation, to_decide=whose, status=status.value),
            )
            for status, label in labels.items()
        ]
        + answers["figures"],
        "is_mine": has_missions,
        "rows": [
            {
                "participation": participation,
                "chip": chip(Participation.Status(participation.status)),
            }
            for participation in first[:TO_DECIDE_SHOWN]
        ],
        "answers": answers["rows"],
        "all_url": page_url(Participation, to_decide="all"),
        "missions_url": page_url(Mission),
    }


def _answers_to_confirm(request, only_mine):
    """Return what participants answered and nobody has confirmed yet: a figure, and the first."""
    if not may_view(request, Questionnaire):
        return {"figures": [], "rows": []}
    answers = Questionnaire.objects.for_user(request.user).to_confirm()
    parameters = {"state": Questionnaire.Status.ANSWERED.value}
    if only_mine:
        answers = answers.filter(participation__mission__owner=request.user)
        parameters["owner"] = "me"
    url = page_url(Questionnaire, **parameters)
    return {
        "figures": [_figure(_("answers of participants"), count_up_to(answers), url)],
        "rows": [
            {"answer": answer, "chip": chip(Questionnaire.Status(answer.status))}
            for answer in answers.for_list().order_by("answered_at", "pk")[:TO_DECIDE_SHOWN]
        ],
    }


def _calls(request, today):
    """Whom to call today, of what goes cold; the figure counts all that the radar found."""
    if not may_view(request, StaleLead):
        return None
    mine = StaleLead.objects.for_user(request.user).of(request.user).shown(today)
    url = page_url(StaleLead, owner="me")
    return {
        "figures": [_figure(_("going cold"), count_up_to(mine), url)],
        "rows": calls_today(request.user, CALLS_SHOWN),
        "may_put_off": request.user.has_perm("missions.change_stalelead"),
        "all_url": url,
        "everybody_url": page_url(StaleLead),
    }


# --- What is on, and what came of it --------------------------------------------------------


def _missions(request, today):
    """Running and coming missions, with what they lack."""
    if not may_view(request, Mission):
        return None
    missions = Mission.objects.for_user(request.user).active().ahead(today)
    missions = missions.with_participant_count().prefetch_related("stops")
    shown = list(missions.order_by("starts_on", "code")[:MISSIONS_SHOWN])
    gaps = gaps_by_mission(shown, request.user)
    may_see_participants = may_view(request, Participation)
    return {
        "rows": [
            {
                "mission": mission,
                "chip": chip(Mission.Status(mission.status)),
                "participants_url": page_url(
                    Participation,
                    mission__id__exact=mission.pk,
                    status=[status.value for status in Participation.PLACE_STATUSES],
                )
                if may_see_participants
                else None,
                "gaps": gaps.get(mission.pk),
                "is_prepared": mission.status in Mission.OPEN_STATUSES,
            }
            for mission in shown
        ],
        "all_url": page_url(Mission),
        "add_url": page_url(Mission, "add") if may_add(request, Mission) else None,
    }


def _results(request, today):
    """What came of the last missions, as their Bilanz says it: each number with its list."""
    if not may_view(request, Mission):
        return None
    missions = Mission.objects.for_user(request.user).active().over(today)
    missions = list(missions.order_by("-starts_on", "code")[:RESULTS_SHOWN])
    if not missions:
        return None
    balance = Balance(missions, request.user, only=RESULTS)
    results = {mission: balance.results([mission]) for mission in missions}
    return {
        "labels": [result.figure.label for result in results[missions[0]].values()],
        "rows": [
            {
                "mission": mission,
                "cells": [
                    {"label": result.figure.label, "count": result.amount, "url": result.url}
                    for result in results[mission].values()
                ],
            }
            for mission in missions
        ],
        "all_url": page_url(Mission, "comparison"),
    }


# --- Totals ---------------------------------------------------------------------------------


def _bars(counted, label, url):
    """Return one bar per ``(value, count)``, the longest of them full."""
    longest = max((count for _value, count in counted), default=0) or 1
    return [
        {
            "label": label(value),
            "count": count,
            "shown": say_total(count),
            "share": round(100 * count / longest),
            "url": url(value),
        }
        for value, count in counted
    ]


def _by_stage(request, totals, total):
    """Cooperations or projects by stage, in the order of the road from first idea to end."""
    if total.key not in totals:
        return None
    model = total.model
    counts = totals[total.key].value
    return {
        "bars": _bars(
            [(stage, counts[stage]) for stage in model.Stage if stage in counts],
            lambda stage: stage.label,
            lambda stage: page_url(model, stage=stage.value),
        ),
        "counted_at": totals[total.key].counted_at,
        "all_url": page_url(model),
        "add_url": page_url(model, "add") if may_add(request, model) else None,
    }


def _countries(request, totals):
    """Partners abroad by country; the organisations at home are only in the total."""
    if COUNTRIES.key not in totals:
        return None
    counts = totals[COUNTRIES.key].value
    abroad = [(code, count) for code, count in counts.items() if code != settings.HOME_COUNTRY]
    abroad.sort(key=lambda item: (-item[1], str(countries.name(item[0]))))
    return {
        "bars": _bars(
            abroad[:COUNTRIES_SHOWN],
            lambda code: countries.name(code) or code,
            lambda code: page_url(Organisation, country=code),
        ),
        "map": {
            "countries": {
                code: {
                    "count": count,
                    "name": countries.name(code) or code,
                    "url": page_url(Organisation, country=code),
                }
                for code, count in abroad
            }
        },
        "more": max(len(abroad) - COUNTRIES_SHOWN, 0),
        "counted_at": totals[COUNTRIES.key].counted_at,
        "all_url": page_url(Organisation),
        "add_url": page_url(Organisation, "add") if may_add(request, Organisation) else None,
    }


def _figures(totals):
    """Four numbers, each with the list that it counts."""
    active, signed = Cooperation.Stage.ACTIVE.value, Agreement.Status.SIGNED.value
    offered = (
        (COUNTRIES, _("organisations"), lambda counts: sum(counts.values()), {}),
        (PEOPLE, _("people"), int, {}),
        (STAGES, _("active cooperations"), lambda counts: counts.get(active, 0), {"stage": active}),
        (AGREEMENTS, _("signed agreements"), lambda counts: counts.get(signed, 0),
         {"status": signed}),
    )  # fmt: skip
    figures = [
        (label, count(totals[total.key].value), page_url(total.model, **filters))
        for total, label, count, filters in offered
        if total.key in totals
    ]
    return [
        {"label": label, "count": count, "shown": say_total(count), "url": url}
        for label, count, url in figures
    ]
