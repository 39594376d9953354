"""In from elsewhere: an e-mail, an invitation or a business card dropped on the quick log.

``propose`` reads the file (``reading``, in a process of its own), finds the people in it that we
know (``matching``) and says how a log of it could look. Nothing is saved by it: the file lies in a
private folder for a day (``stash``), and what was ticked there is kept when the log is saved.
"""

from .files import NotKept
from .proposing import propose
from .reading import Found, Unreadable, read
from .stash import claim, cleanup

__all__ = ["Found", "NotKept", "Unreadable", "claim", "cleanup", "propose", "read"]
