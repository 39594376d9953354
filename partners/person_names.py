"""Names of people as lists write them: title, first and last name in one cell."""

# Words that open a title, and those that only go on with one ("Dr. phil."): Phil is a name too.
_TITLES = {"prof", "professor", "professorin", "dr", "dres", "dipl", "mag", "phd", "ing", "pd"}
_MORE = {"h", "c", "hc", "habil", "med", "rer", "nat", "phil", "jur", "iur", "ing", "oec", "pol"}
_MORE |= {"agr", "techn", "theol", "dent", "vet", "mult", "inf", "kfm", "kffr", "volksw", "psych"}
# Words between first and last name that belong to the last one.
_PARTICLES = {"von", "vom", "van", "de", "del", "der", "den", "zu", "zur", "zum", "da", "di", "el"}


def take_titles(words: list[str]) -> list[str]:
    """Take the academic titles off the front of ``words`` (in place), and return them."""
    titles = []
    while words:
        # "Dipl.-Ing.", "Dr.-Ing.", "Prof.Dr."
        parts = [part for part in words[0].casefold().replace("-", ".").split(".") if part]
        known = _TITLES | _MORE if titles else _TITLES
        if not parts or parts[0] not in known or not all(p in _TITLES | _MORE for p in parts):
            break
        titles.append(words.pop(0))
    return titles


def split_name(text: str) -> tuple[str, str, str]:
    """Return title, first and last name of ``text``.

    "Müller, Dr. Anna" says which is which; else the last word is the last name, with the particles
    before it ("Anna von der Heide").
    """
    before, comma, after = text.partition(",")
    if comma:
        last, first = before.split(), after.split()
        titles = take_titles(last) + take_titles(first)
        return " ".join(titles), " ".join(first), " ".join(last)
    words = before.split()
    titles = take_titles(words)
    start = max(len(words) - 1, 0)
    while start > 1 and words[start - 1].casefold() in _PARTICLES:
        start -= 1
    return " ".join(titles), " ".join(words[:start]), " ".join(words[start:])
