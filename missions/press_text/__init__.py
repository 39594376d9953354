"""The draft of a press text on a mission, in German or English, to be edited in Word.

Its sentences are built from the figures of the Bilanz. What is not known is left out, and what
counts example data is marked in square brackets. Each language has its own sentences, whatever the
language of the pages: a press text is no translation of another.
"""

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from legcrm.core import documents

from ..balance_documents import made_by
from ..models import Mission
from .english import English
from .facts import gather
from .german import German

LANGUAGES = {"de": German, "en": English}


def press_text(mission: Mission, user, language: str) -> bytes:
    """Return the draft as a Word file; ``language`` is one of ``LANGUAGES``.

    It says no more than ``user`` may see. Raises DocumentError where an own template is broken.
    """
    with override(language):
        return documents.word("press", contents(mission, user, language))


def contents(mission: Mission, user, language: str) -> dict:
    """Return headline, paragraphs and remarks of the draft, as plain data."""
    facts = gather(mission, user)
    with override(language):
        words = LANGUAGES[language](facts)
        return {
            "title": words.headline(),
            "headline": words.headline(),
            "about": capfirst(mission.get_kind_display()),
            "made": made_by(user),
            "paragraphs": [" ".join(said) for paragraph in words.text() if (said := [*paragraph])],
            "remarks": [*words.remarks, *facts.sources],
            "words": {"page": _("Page"), "draft": words.draft, "to_check": words.to_check},
        }
