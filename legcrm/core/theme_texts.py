"""Texts of the theme and of installed packages that come without German.

The theme ships no catalogue at all; Django's own covers what both say alike. The rest is named
here, word for word (line breaks included), so that ``makemessages`` keeps it in ours. Nothing
imports this module.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

# Lists
gettext_noop("Select record")
gettext_noop("Select action")
gettext_noop("Select action to run")
gettext_noop("Run")
gettext_noop("Filters")
gettext_noop("Apply Filters")
gettext_noop("Reset filters")
gettext_noop("Expand row")
gettext_noop("Select all rows")
gettext_noop("More actions")
gettext_noop("No data")
gettext_noop("No results found")
gettext_noop("This page yielded into no results. Create a new item or reset your filters.")
gettext_noop("Previous")
gettext_noop("Next")

# Filters
gettext_noop("Value")
gettext_noop("From")
gettext_noop("To")
gettext_noop("Date from")
gettext_noop("Date to")
gettext_noop("Not enough data.")

# Forms
gettext_noop("General")
gettext_noop("Select value")
gettext_noop("Date")
gettext_noop("Add row")
gettext_noop("Add new item")
gettext_noop("Cancel")
gettext_noop("Click to cancel")
gettext_noop("This item will be deleted.")
gettext_noop("You can not create nested object without parent")
gettext_noop("Record picture")
gettext_noop("Image preview")
gettext_noop("Click to download")
gettext_noop("Choose file to upload")
gettext_noop("True")
gettext_noop("False")

# Search and frame
gettext_noop("Go back")
gettext_noop("Type to search")
gettext_noop("Recent searches")
gettext_noop("No recent searches")
gettext_noop("No results matching your query")
gettext_noop("Loading more results...")
ngettext_lazy(
    "\n                Found %(counter)s result in %(time)s seconds\n            ",
    "\n                Found %(counter)s results in %(time)s seconds\n            ",
)
gettext_noop("Search apps and models...")
gettext_noop("All applications")
gettext_noop("Light")
gettext_noop("Dark")
gettext_noop("System")

# Login and users
gettext_noop("Welcome back to")
gettext_noop("Forgotten your password or username?")
gettext_noop("Return to site")
gettext_noop("Toggle password visibility")
gettext_noop("You have been successfully logged out from the administration")
gettext_noop("After you've created a user, you’ll be able to edit more user options.")
gettext_noop(
    "Raw passwords are not stored, so there is no way to see this user’s password, but you can "
    'change the password using <a href="{}" class="text-primary-600 dark:text-primary-500">'
    "this form</a>."
)

# Export, import and history
gettext_noop("Select all")
gettext_noop("Select format")
ngettext_lazy(
    "\n                    Export %(len)s selected item.\n                ",
    "\n                    Export %(len)s selected items.\n                ",
)
gettext_noop("This exporter will export the following fields")
gettext_noop("View traceback")
gettext_noop("View history: %s")
gettext_noop("View %(verbose_name)s")
gettext_noop("Deleted %(type_name)s")
gettext_noop("Changes")
gettext_noop("Choose a date from the list below to revert to a previous version of this object")
gettext_noop("Press the 'Change History' button below to edit the history.")
