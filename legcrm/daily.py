"""What is done by the clock, in this order: ``manage.py daily`` (``legcrm.core.timed``)."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from legcrm.core.models import SpreadsheetImport
from legcrm.core.rate_limit import forget_counts
from legcrm.core.spreadsheets import jobs, retention
from legcrm.core.timed import Task
from legcrm.dashboard import count_figures
from missions import drops, due_dates, questionnaires, radar
from missions.digest import send_digests
from missions.retention import forget_lists_with_needs, forget_needs
from partners.duplicate_pairs import find_pairs
from partners.models import Organisation, Person


def take_up_imports(day):
    """Do what an import was at when its process ended, here: a child would end with us."""
    taken = 0
    for run in SpreadsheetImport.objects.filter(state__in=SpreadsheetImport.WORKING).order_by("pk"):
        with override(run.user.language):
            lock = jobs.claim(run)
            if lock is not None:
                with lock:
                    jobs.work(run)
                taken += 1
    return ngettext("%d import taken up again", "%d imports taken up again", taken) % taken


def clean_up_imports(day):
    emptied, removed = retention.forget_old_imports(), retention.remove_orphans()
    return _("%(emptied)d imports emptied, %(removed)d folders removed") % {
        "emptied": emptied,
        "removed": removed,
    }


def delete_needs(day):
    count = forget_needs(day)
    forget_lists_with_needs(day)
    return (
        ngettext("needs of %d participant deleted", "needs of %d participants deleted", count)
        % count
    )


def find_duplicates(day):
    outcomes = []
    for model in (Organisation, Person):
        found = find_pairs(model)
        outcomes.append(
            _("%(model)s: %(alike)d pairs alike, %(new)d of them new, %(gone)d removed")
            % {
                "model": capfirst(model._meta.verbose_name_plural),
                "alike": found.alike,
                "new": found.new,
                "gone": found.gone,
            }
        )
    return "; ".join(outcomes)


def find_leads(day):
    count = radar.find_leads(day)
    return ngettext("%d stale lead", "%d stale leads", count) % count


def make_follow_ups(day):
    made, left = due_dates.make_follow_ups(day), due_dates.without_assignee(day)
    outcome = ngettext("%d follow-up made", "%d follow-ups made", made) % made
    if left:
        more = ngettext(
            "for %d record nobody can be asked: give it an owner",
            "for %d records nobody can be asked: give them an owner",
            left,
        )
        outcome = f"{outcome}; {more % left}"
    return outcome


def send_questionnaires(day):
    forget_counts()
    count = questionnaires.send_due(day)
    return ngettext("%d questionnaire sent", "%d questionnaires sent", count) % count


TASKS = (
    Task("imports", take_up_imports),
    Task("import_cleanup", clean_up_imports),
    Task("needs", delete_needs),
    # Before the radar, which leaves out what somebody is to look after.
    Task("due_dates", make_follow_ups),
    Task("radar", find_leads),
    Task("figures", count_figures),
    Task("drops", drops.cleanup),
    Task("questionnaires", send_questionnaires),
    # They tell what the others found.
    Task("digests", send_digests),
    # Last, since it takes long among a million partners, and no e-mail tells of it.
    Task("duplicates", find_duplicates),
)
