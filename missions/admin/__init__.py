"""The admin of the missions app, one module per concern."""

from . import agreements, contacts, cooperations, missions, programme, projects  # noqa: F401
