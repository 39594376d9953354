"""What becomes of every relation, of every collision and of every field: the tables."""

from collections.abc import Iterator

from django.db import models
from django.utils.translation import gettext_lazy

from ..models import Organisation, Person

MODELS = (Organisation, Person)

MOVE, STAY = "move", "stay"
# What becomes of the rows that point to the record given up: "app.model.field".
RULES = {
    # Subsidiaries; and what was merged into it earlier, so that chains lead to their end.
    "partners.organisation.parent": MOVE,
    "partners.organisation.merged_into": MOVE,
    "partners.organisationname.organisation": MOVE,
    "partners.organisationidentifier.organisation": MOVE,
    "partners.organisationprofile.organisation": MOVE,
    "partners.organisationsector.organisation": MOVE,
    "partners.marketinterest.organisation": MOVE,
    "partners.affiliation.organisation": MOVE,
    # Pairs are derived; those of archived records are not proposed.
    "partners.organisationpair.first": STAY,
    "partners.organisationpair.second": STAY,
    "missions.missioncoorganiser.organisation": MOVE,
    "missions.participation.organisation": MOVE,
    "missions.appointmenthost.organisation": MOVE,
    "missions.interactionorganisation.organisation": MOVE,
    "missions.cooperation.home": MOVE,
    "missions.cooperation.partner": MOVE,
    "missions.agreementparty.organisation": MOVE,
    "missions.projectparty.organisation": MOVE,
    "missions.followup.organisation": MOVE,
    "missions.segmentmember.organisation": MOVE,
    # Found anew each night.
    "missions.stalelead.organisation": STAY,
    "partners.person.merged_into": MOVE,
    "partners.affiliation.person": MOVE,
    "partners.consent.person": MOVE,
    "partners.personpair.first": STAY,
    "partners.personpair.second": STAY,
    "missions.participation.person": MOVE,
    "missions.appointment.interpreter": MOVE,
    "missions.interactionperson.person": MOVE,
    "missions.agreementparty.signatory": MOVE,
    "missions.followup.person": MOVE,
    # What hangs on rows that may be joined.
    "missions.appointmentparticipation.participation": MOVE,
    "missions.questionnaire.participation": MOVE,
    "missions.questionnairecooperation.cooperation": MOVE,
    "missions.cooperationstage.cooperation": MOVE,
    "missions.agreement.cooperation": MOVE,
    "missions.project.cooperation": MOVE,
    "missions.interaction.cooperation": MOVE,
    "missions.followup.cooperation": MOVE,
}

# Rows that say the same although no constraint forbids both: these fields agree.
ALIKE = {"partners.affiliation": ("person", "organisation", "role", "valid_to")}
# Constraints that are met by changing the row that moves, not by joining two rows.
GIVES_WAY = {"partners_one_primary_affiliation": ("is_primary", False)}
GIVES_WAY_TEXT = gettext_lazy(
    "Both have a primary affiliation: “%(row)s” moves and is primary no longer."
)
# Of two values the one that stands first here wins, and takes the fields that belong to it along.
# What happened wins over what was planned, an answer over the question.
PRECEDENCE = {
    "missions.participation": (
        "status",
        ("attended", "no_show", "confirmed", "accepted", "waiting", "applied", "cancelled",
         "declined", "invited"),
        ("status_reason",),
    ),
    "missions.cooperation": (
        "stage",
        ("active", "agreed", "talks", "dormant", "ended", "introduced", "identified"),
        ("stage_since", "ended_reason"),
    ),
}  # fmt: skip
# Of two rows the one with the later date is right in these fields.
NEWER_WINS = {"partners.marketinterest": ("as_of", ("status", "source"))}
# Rows that differ in this field can't be joined.
MUST_AGREE = {
    "missions.agreementparty": (
        "side",
        gettext_lazy(
            "Both are parties of “%(what)s”, on different sides. Put the parties of that agreement "
            "right first."
        ),
    )
}
JOINED = {
    "missions.participation": gettext_lazy(
        "Both are on the list of “%(what)s”: the entries are joined"
    ),
    "missions.interactionorganisation": gettext_lazy("Both took part in “%(what)s”: named once"),
    "missions.interactionperson": gettext_lazy("Both took part in “%(what)s”: named once"),
    "partners.marketinterest": gettext_lazy("Both have a statement on %(what)s: the newer counts"),
    "partners.organisationprofile": gettext_lazy("Both have a profile (%(what)s): they are joined"),
}
# An objection or a restriction must not get lost, whichever record is kept: the earlier date holds.
EARLIER_HOLDS = ("objected_at", "restricted_at")
# Not offered as a choice: derived, or decided by the merge itself.
NO_CHOICE = {"same_name_checked", "merged_into", "anonymised_at", *EARLIER_HOLDS}
# Who the record is: suggested from the record kept. All else from the one changed last.
IDENTITY = {"name", "short_name", "kind", "country", "is_home", "first_name", "last_name"}

# So many more fields must a newer record have filled in to be kept rather than the older one.
CLEARLY_MORE = 3


class UncoveredRelation(TypeError):
    """A relation has no rule in ``RULES``."""


def relations_of(model) -> Iterator[models.ManyToOneRel]:
    """Yield the relations whose rows point to ``model``, hidden ones too, but not its history.

    Many-to-many relations are covered by those of their through models.
    """
    for relation in model._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or relation.many_to_many:
            continue
        if not hasattr(relation.related_model, "history_type"):
            yield relation


def rule_of(relation) -> str:
    name = f"{relation.related_model._meta.label_lower}.{relation.field.name}"
    if name not in RULES:
        raise UncoveredRelation(f"partners.merge.RULES says nothing about {name}")
    return RULES[name]
