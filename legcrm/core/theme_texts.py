"""Texts of the theme and of installed packages that come without German, or without ours.

The theme ships no catalogue at all; Django's own covers what both say alike. The rest is named
here, word for word (line breaks included), so that ``makemessages`` keeps it in ours. So are the
texts that Django's German says in other words than this house: our catalogue wins. Nothing
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
gettext_noop("View traceback")
gettext_noop("View history: %s")
gettext_noop("View %(verbose_name)s")
gettext_noop("Deleted %(type_name)s")
gettext_noop("Changes")
gettext_noop("Choose a date from the list below to revert to a previous version of this object")
gettext_noop("Press the 'Change History' button below to edit the history.")

# --- Texts that have German elsewhere, but not the words of this house (or none of it yet)

# Forms and lists
gettext_noop("History")
gettext_noop("Save")
gettext_noop("Save as new")
gettext_noop("Save and add another")
gettext_noop("Save and continue editing")
gettext_noop("Save and view")
gettext_noop("Change selected %(model)s")
gettext_noop("View selected %(model)s")
gettext_noop("Delete selected %(model)s")
gettext_noop("Select %s to change")
gettext_noop("Select %s to view")
gettext_noop(" By %(filter_title)s ")
gettext_noop("Clear selection")
gettext_noop("Breadcrumbs")
gettext_noop("Select all objects on this page for an action")
gettext_noop("Select this object for an action - {}")
gettext_noop("Click here to select the objects across all pages")
gettext_noop(
    "Items must be selected in order to perform actions on them. No items have been changed."
)
gettext_noop("Hold down “Control”, or “Command” on a Mac, to select more than one.")
gettext_noop("The {name} “{obj}” was added successfully.")
gettext_noop("The {name} “{obj}” was added successfully. You may add another {name} below.")
gettext_noop("You may edit it again below.")
gettext_noop("The {name} “{obj}” was changed successfully.")
gettext_noop("The {name} “{obj}” was changed successfully. You may edit it again below.")
gettext_noop("The {name} “{obj}” was changed successfully. You may add another {name} below.")
gettext_noop("The %(name)s “%(obj)s” was deleted successfully.")
gettext_noop("Successfully deleted %(count)d %(items)s.")
gettext_noop("%(name)s with ID “%(key)s” doesn’t exist. Perhaps it was deleted?")

# Deleting
gettext_noop("Delete selected %(verbose_name_plural)s")
gettext_noop("Cannot delete %(name)s")
gettext_noop(
    'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? All of the'
    " following related items will be deleted:"
)
gettext_noop(
    "Deleting the %(object_name)s '%(escaped_object)s' would result in deleting related "
    "objects, but your account doesn't have permission to delete the following types of "
    "objects:"
)
gettext_noop(
    "Deleting the %(object_name)s '%(escaped_object)s' would require deleting the "
    "following protected related objects:"
)
gettext_noop(
    "Are you sure you want to delete the selected %(objects_name)s? All of the following "
    "objects and their related items will be deleted:"
)
gettext_noop(
    "Deleting the selected %(objects_name)s would result in deleting related objects, but"
    " your account doesn't have permission to delete the following types of objects:"
)
gettext_noop(
    "Deleting the selected %(objects_name)s would require deleting the following "
    "protected related objects:"
)
gettext_noop(
    "Deleting %(class_name)s %(instance)s would require deleting the following protected "
    "related objects: %(related_objects)s"
)
gettext_noop("Yes, I’m sure")
gettext_noop("No, take me back")

# Login, users and roles
gettext_noop(
    "Please enter the correct %(username)s and password for a staff account. Note that "
    "both fields may be case-sensitive."
)
gettext_noop(
    "You are authenticated as %(username)s, but are not authorized to access this page. "
    "Would you like to login to a different account?"
)
gettext_noop(
    "Please enter your old password, for security’s sake, and then enter your new "
    "password twice so we can verify you typed it in correctly."
)
gettext_noop("Your password was changed.")
gettext_noop("Enter the same password as before, for verification.")
gettext_noop("Enter a new password for the user <strong>%(username)s</strong>.")
gettext_noop("Your password can’t be a commonly used password.")
gettext_noop("Your password can’t be too similar to your other personal information.")
gettext_noop("Authentication and Authorization")
gettext_noop("group")
gettext_noop("groups")
gettext_noop(
    "The groups this user belongs to. A user will get all permissions granted to each of "
    "their groups."
)
gettext_noop("user permissions")
gettext_noop("Specific permissions for this user.")
gettext_noop("permissions")
gettext_noop("Permissions")
gettext_noop("superuser status")
gettext_noop("Designates that this user has all permissions without explicitly assigning them.")
gettext_noop("staff status")
gettext_noop("Designates whether the user can log into this admin site.")
gettext_noop(
    "Designates whether this user should be treated as active. Unselect this instead of "
    "deleting accounts."
)
gettext_noop("Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.")
gettext_noop("date joined")
gettext_noop("last login")
gettext_noop("active")
gettext_noop("After you’ve created a user, you’ll be able to edit more user options.")
gettext_noop("Conflicting form data submitted. Please try again.")
gettext_noop("Set password: %s")
gettext_noop("Reset password")
gettext_noop("Password-based authentication")
gettext_noop("Password-based authentication was disabled.")
gettext_noop("Disable password-based authentication")
gettext_noop("Enable password-based authentication")
gettext_noop(
    "This action will <strong>enable</strong> password-based authentication for this user."
)
gettext_noop(
    "Whether the user will be able to authenticate using a password or not. If disabled, "
    "they may still be able to authenticate using other backends, such as Single Sign-On "
    "or LDAP."
)
gettext_noop("Enabled")
gettext_noop("Disabled")
gettext_noop("Raw passwords are not stored, so there is no way to see the user’s password.")
gettext_noop("Enable password-based authentication for this user by setting a password.")

# The log
gettext_noop("log entry")
gettext_noop("log entries")
gettext_noop("action time")
gettext_noop("object repr")
gettext_noop("change message")
gettext_noop("Change history: %s")
gettext_noop("Added “%(object)s”.")

# Countries
gettext_noop("Eswatini")
gettext_noop("Hong Kong")
gettext_noop("Moldova")
gettext_noop("Mozambique")
