"""The search key: one Latin form for a name in any of the scripts our partners write.

``fold("Ташкент") == fold("Taschkent") == fold("Tashkent")``: Unicode NFKD, casefold, apostrophes
stripped, Cyrillic to Latin, umlauts and plain vowels alike, then the sound classes
x/kh/h, j/zh/dsch/y/i, sh/sch, ch/tsch, w/v, s/z. A key is for comparing, never for showing.
"""

import re
import unicodedata
from functools import lru_cache

# Russian, Ukrainian, Kazakh, Uzbek and Kyrgyz letters, in the form the sound classes expect.
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z",
    "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "sh", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    "ә": "a", "ғ": "g", "қ": "q", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "і": "i",
    "ї": "yi", "є": "ye", "ґ": "g", "ў": "o", "ҳ": "h", "ҷ": "j", "ӣ": "i", "ӯ": "u",
}  # fmt: skip
# Latin letters that NFKD leaves alone or would strip of what makes their sound.
_LATIN = {
    "ß": "ss", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th",
    "ð": "d", "ə": "a", "ş": "sh", "ș": "sh", "š": "sh", "ç": "ch", "č": "ch", "ž": "zh",
    "ğ": "g", "ż": "z",
}  # fmt: skip
_LETTERS = str.maketrans(_CYRILLIC | _LATIN)
_APOSTROPHES = re.compile("[’‘ʻʼ'`´ʹʺ\u02bb\u02bc]")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_SOUNDS = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"dsch|dzh|zh", "j"),
        (r"tsch|tch", "ch"),
        (r"sch", "sh"),
        (r"(?<=[aeiou])x(?![aeiou])", "ks"),  # Textil, but not Buxoro
        (r"kh|x", "h"),
        (r"q", "k"),
        (r"[jy]", "i"),
        (r"(?<=[aeou])i(?=[aeou])", ""),  # Nazarbayev, Nasarbajew, Nazarbaev
        (r"ae", "a"),
        (r"oe", "o"),
        (r"ue", "u"),
        (r"w", "v"),
        (r"z", "s"),
        (r"([a-z])\1+", r"\1"),  # letters only: number 4 is not number 44
    )
]

# Places whose Uzbek and Russian forms differ by more than letters, by their folded forms.
_PLACES = {"toshkent": "tashkent", "buhoro": "buhara", "fargona": "fergana"}


def fold(text: str) -> str:
    """Return the search key of ``text``: lower-case ASCII words separated by single blanks."""
    return " ".join(filter(None, map(_fold_word, text.split())))


# Words come back again and again: legal forms, cities, and each name in several keys.
@lru_cache(maxsize=50_000)
def _fold_word(text: str) -> str:
    """Return the key of a ``text`` without blanks; "Textil-Werke" makes two words of it."""
    text = unicodedata.normalize("NFC", text).casefold()
    # Twice over, because NFKD splits a letter such as "ş" before the table could see it.
    text = _APOSTROPHES.sub("", text).translate(_LETTERS)
    text = unicodedata.normalize("NFKD", text)
    if not text.isascii():
        text = "".join(char for char in text if not unicodedata.combining(char))
        text = text.translate(_LETTERS)
    words, before = _NOT_WORD.sub(" ", text).strip(), None
    # One class may make room for another; a key must fold to itself. Each round only merges.
    while words != before:
        before = words
        for pattern, replacement in _SOUNDS:
            words = pattern.sub(replacement, words)
    return " ".join(_PLACES.get(word, word) for word in words.split())


# Legal forms say nothing of who is meant: left out where names are compared.
_LEGAL_FORMS = {"gmbh", "ag", "kg", "llp", "llc", "ltd", "too", "mchi", "ooo", "ev", "inc"}


def compare_key(name: str) -> str:
    """Return what is compared of the name of an organisation: no legal form, no blanks."""
    words = fold(name).split()
    return "".join(word for word in words if word not in _LEGAL_FORMS) or "".join(words)


def sound_key(name: str) -> str:
    """Return how ``name`` sounds: its key without vowels but at the begin of a word."""
    words = [word for word in fold(name).split() if word not in _LEGAL_FORMS]
    return "".join(word[0] + re.sub("[aeiou]", "", word[1:]) for word in words)
