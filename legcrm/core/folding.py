"""The search key: one Latin form for a name in any of the scripts our partners write.

``fold("Ташкент") == fold("Taschkent") == fold("Tashkent")``: Unicode NFKD, casefold, apostrophes
stripped, Cyrillic, Georgian and Armenian to Latin, umlauts and plain vowels alike, then the sounds
that German, English, Polish, Turkish and Uzbek write each in their own way. A key is for
comparing, never for showing.

Three keys, each more forgiving than the one before:

- ``fold`` keeps the words: what is searched, and what makes two names the same;
- ``compare_key`` leaves out legal forms and blanks;
- ``sound_key`` leaves out vowels too, and hears sibilants alike.

What is typed so far should find what it will become ("deut": "Deutsche Bank"); so a rule looks at
what stands before a letter rather than at what follows, wherever the languages allow it.
"""

import re
import unicodedata
from functools import lru_cache

from .legal_forms import ANYWHERE, AT_THE_END

# Russian, Ukrainian, Kazakh, Uzbek, Kyrgyz, Tajik and Azerbaijani letters, as English writes them.
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z",
    "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "s", "ч": "ch", "ш": "sh",
    "щ": "sh", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    "ә": "a", "ғ": "g", "қ": "q", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "і": "i",
    "ї": "yi", "є": "ye", "ґ": "g", "ў": "o", "ҳ": "h", "ҷ": "zh", "ӣ": "i", "ӯ": "u",
    "ҹ": "zh", "ҝ": "g", "ј": "y", "ѓ": "g", "ќ": "k", "љ": "ly", "њ": "ny", "ћ": "ch",
    "ђ": "zh", "џ": "zh",
}  # fmt: skip
_GEORGIAN = {
    "ა": "a", "ბ": "b", "გ": "g", "დ": "d", "ე": "e", "ვ": "v", "ზ": "z", "თ": "t", "ი": "i",
    "კ": "k", "ლ": "l", "მ": "m", "ნ": "n", "ო": "o", "პ": "p", "ჟ": "zh", "რ": "r", "ს": "s",
    "ტ": "t", "უ": "u", "ფ": "p", "ქ": "k", "ღ": "g", "ყ": "q", "შ": "sh", "ჩ": "ch", "ც": "s",
    "ძ": "dz", "წ": "s", "ჭ": "ch", "ხ": "kh", "ჯ": "zh", "ჰ": "h",
}  # fmt: skip
_ARMENIAN = {
    "ա": "a", "բ": "b", "գ": "g", "դ": "d", "ե": "e", "զ": "z", "է": "e", "ը": "y", "թ": "t",
    "ժ": "zh", "ի": "i", "լ": "l", "խ": "kh", "ծ": "s", "կ": "k", "հ": "h", "ձ": "dz", "ղ": "g",
    "ճ": "ch", "մ": "m", "յ": "y", "ն": "n", "շ": "sh", "ո": "o", "չ": "ch", "պ": "p", "ջ": "zh",
    "ռ": "r", "ս": "s", "վ": "v", "տ": "t", "ր": "r", "ց": "s", "ւ": "v", "փ": "p", "ք": "k",
    "օ": "o", "ֆ": "f",
}  # fmt: skip
# Latin letters that NFKD leaves alone or would strip of what makes their sound.
_LATIN = {
    "ß": "ss", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th",
    "ð": "d", "ə": "a", "ŋ": "n", "ş": "sh", "ș": "sh", "š": "sh", "ç": "ch", "č": "ch",
    "ć": "ch", "ž": "zh", "ğ": "g", "ż": "z",
}  # fmt: skip
_LETTERS = str.maketrans(_CYRILLIC | _GEORGIAN | _ARMENIAN | _LATIN)
# Of all keyboards: quotes, accents, primes, the Arabic ʿ and ʾ.
_APOSTROPHES = str.maketrans(dict.fromkeys("'`´‘’‚‛′″ʹʺʻʼʽʾʿˈˊˋ＇՚", ""))
_NOT_WORD = re.compile(r"[^a-z0-9]+")
# Between vowels, and after the signs, Cyrillic "е" has a "y" before it: Назарбаев, Соловьев.
_IOTATED = re.compile("(?<=[аеёиоуыэюяіїєәөұүўьъ])е")
# What only Ukrainian writes; there "г" is "h": Чернігів, Луцьк.
_UKRAINIAN = re.compile(r"[їєґ]|[сзц]ьк|ів\b")

_DSCH = re.compile("dsch(?!aft|r)|dzh|dj")  # not Landschaft
_TSCH = re.compile("(?<!eu)tsch(?!aft|r)|tch|cz")  # not deutsch, Wirtschaft, Zeitschrift
_SZ = re.compile("sz(?!h)")
# After a vowel "ch" is German for what English writes "kh", and English for German "tsch".
_H = re.compile("(?<=[aeiouy])ch|\\bch(?=[lmnrv])|(?<=[aeo]vi)c\\b")
_KS = re.compile(
    "(?<=le)x|(?<=[ei])x(?=[cfpt])|(?<=[aeio])x\\b|(?<=o)x(?=f)|(?<=ma)x(?=im)|(?<=lu)x(?=[eu])"
    "|(?<=ta)x(?=i)|(?<=e)x(?=im|am|ak)"
)  # Textil, Alexander, Maxim, Luxemburg, but not Buxoro, texnika, paxta
_ZH = re.compile("(?<=[aeiou])j(?=[iou]|a\\B)")  # Rajabov, Andijon, but not Nasarbajew, Maja
_I = re.compile("(?<![aeiouy])zh|[jy]")  # Жанар, Zhanar, Janar, Yusuf, Jusuf
_S = re.compile("tz(?!h)|z(?!h)|\\bts(?!h)|ts(?=(?:[eo]va?|ina?|ia|i|a|k(?:ii?|aia|oi))\\b)")
_C_SOFT = re.compile("c(?=[eiy])")
_EV = re.compile("(?<=[aeou])e(?=v)")  # Nazarbaev, Sergeev
_E = re.compile("\\bie(?=[fgklrv])")  # Yerevan, Jelena, but not Jena
_DOUBLED = re.compile(r"([a-z])\1+")  # letters only: number 4 is not number 44

# Names whose forms differ by more than letters. The first of each row is the key of all.
_FORMS = (
    ("Бухара", "Buxoro"),
    ("Андижан", "Andijon", "Andischan"),
    ("Хорезм", "Xorazm", "Khorezm", "Choresm"),
    ("Хива", "Xiva", "Khiva", "Chiwa"),
    ("Термез", "Termiz"),
    ("Коканд", "Qoʻqon"),
    ("Кыргызстан", "Kirgisistan", "Киргизия", "Qirgʻiziston"),
    ("Азербайджан", "Azərbaycan", "Azerbaycan"),
    ("Гянджа", "Gəncə", "Ganja"),
    ("Худжанд", "Chudschand", "Khojand"),
    ("Ашхабад", "Aşgabat", "Ashgabat"),
    ("Харьков", "Харків", "Charkiw", "Charkow"),
    ("Херсон", "Cherson"),
    ("Киев", "Київ"),
    ("Львов", "Львів", "Lwów"),
    ("Ужгород", "Uzhhorod"),
    ("Луганск", "Luhansk"),
    ("Москва", "Moskau", "Moscow"),
    ("Варшава", "Warschau", "Warsaw"),
    ("Вроцлав", "Wrocław"),
    ("Краков", "Krakau", "Cracow"),
    ("Прага", "Praha", "Prag", "Prague"),
    ("Бухарест", "București", "Bukarest", "Bucharest", "Bucuresti"),
    ("Констанца", "Constanța"),
    ("Beijing", "Peking", "Пекин"),
    ("İstanbul", "Стамбул"),
    ("München", "Munich", "Мюнхен"),
    ("Köln", "Cologne"),
    ("Zürich", "Цюрих"),
    ("Thüringen", "Thuringia", "Тюрингия"),
)
# The same for the beginning of a word, so that it is found while it is typed.
_BEGINNINGS = (
    ("Ташк", "Toshk"),
    ("Узбек", "Oʻzbek"),
    ("Бухар", "Buxor"),
    ("Ферган", "Fargʻon"),
    ("Казах", "Qazaq"),
    ("Таджик", "Tojik"),
    ("Афган", "Afgʻon"),
)
_ISTON = re.compile(r"(?<=[a-z]{3})iston\b")


def fold(text: str) -> str:
    """Return the search key of ``text``: lower-case ASCII words separated by single blanks."""
    return " ".join(filter(None, map(_fold_word, text.split())))


def compare_key(name: str) -> str:
    """Return what is compared of the name of an organisation: no legal form, no blanks.

    Empty only where ``fold(name)`` is: a legal form alone is a name.
    """
    return _joined(_without_legal_form(fold(name).split()))


def sound_key(name: str) -> str:
    """Return how ``name`` sounds: no legal form, no blanks, hardly a vowel, sibilants alike.

    A name too short to be known by its consonants ("Oʻsh", "Jena") keeps its vowels.
    """
    words = _without_legal_form(fold(name).split())
    key = "".join([_sound_of(word) for word in words if word not in _ARTICLES])
    return key if len(key) > 2 else _joined(words)


def _joined(words):
    """Return ``words`` as one, without a letter doubled where two of them meet."""
    key = ""
    for word in words:
        key += word[1:] if key[-1:] == word[0] and word[0].isalpha() else word
    return key


# Words come back again and again: legal forms, cities, and each name in several keys.
@lru_cache(maxsize=50_000)
def _fold_word(text: str) -> str:
    """Return the key of a ``text`` without blanks; "Textil-Werke" makes two words of it."""
    words = _settled(text)
    for word in words.split():
        if word in _WORDS or word.endswith("iston") or _STEM.match(word):
            return " ".join(map(_placed, words.split()))
    return words


def _settled(text):
    """Return the words of ``text`` as they sound."""
    words, before = _NOT_WORD.sub(" ", _to_latin(text)).strip(), None
    # One sound may make room for another; a key must fold to itself.
    while words != before:
        before, words = words, _sounded(words)
    return words


def _to_latin(text):
    """Return ``text`` in small ASCII letters, and whatever stands between them."""
    if text.isascii():
        return text.lower().translate(_APOSTROPHES)
    text = unicodedata.normalize("NFC", text).casefold().translate(_APOSTROPHES)
    if "е" in text:
        text = _IOTATED.sub("ye", text)
    if _UKRAINIAN.search(text):
        text = text.replace("г", "h")
    if "ə" in text or "ğ" in text:  # Azerbaijani and Turkish: Cəlilabad
        text = text.replace("c", "dzh")
    # Twice over, because NFKD splits a letter such as "ş" before the table could see it.
    text = text.replace("ու", "u").translate(_LETTERS)
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).casefold()
        text = "".join(char for char in text if not unicodedata.combining(char))
        text = text.translate(_LETTERS)
    return text


def _sounded(words):
    """Return ``words`` with one spelling for each sound; no rule looks across a blank."""
    words = words.replace("w", "v").replace("q", "k")
    words = _TSCH.sub("ch", _DSCH.sub("zh", words))
    words = _SZ.sub("sh", words.replace("sch", "sh")).replace("shch", "sh")
    words = words.replace("ph", "f").replace("th", "t").replace("gh", "g").replace("ck", "k")
    if "c" in words:
        words = _H.sub("h", words).replace("ch", "tsh")
        words = _C_SOFT.sub("s", words).replace("c", "k")
    if "x" in words:
        words = _KS.sub("ks", words).replace("x", "kh")
    words = _I.sub("i", _ZH.sub("zh", words))
    words = _S.sub("s", words).replace("kh", "h")
    words = _EV.sub("ie", words)
    words = words.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return _DOUBLED.sub(r"\1", _E.sub("e", words))


_WORDS = {_settled(other): _settled(first) for first, *others in _FORMS for other in others}
_STEMS = {_settled(other): _settled(first) for first, other in _BEGINNINGS}
_STEM = re.compile("|".join(_STEMS))


def _placed(word):
    if word in _WORDS:
        return _WORDS[word]
    word = _ISTON.sub("istan", word)
    found = _STEM.match(word)
    return _STEMS[found[0]] + word[found.end() :] if found else word


def _by_word(forms, position):
    """Return ``{word: [words of a legal form, …]}`` by the word at ``position``, longest first."""
    table = {}
    for words in sorted({tuple(fold(form).split()) for form in forms}, key=len, reverse=True):
        table.setdefault(words[position], []).append(list(words))
    return table


_ENDS = _by_word(AT_THE_END + ANYWHERE, -1)
_BEGINS = _by_word(ANYWHERE, 0)


def _without_legal_form(words):
    """Return ``words`` without legal forms at either end, unless hardly a letter would be left."""
    start, end = 0, len(words)
    while end - start > 1:
        if size := _form_at(_ENDS, words, end - 1, start, end):
            end -= size
        elif size := _form_at(_BEGINS, words, start, start, end):
            start += size
        else:
            break
    left = words[start:end]
    return words if len(left) == 1 and len(left[0]) == 1 else left


def _form_at(table, words, position, start, end):
    """Return how many ``words`` the legal form at ``position``, one end of the name, has."""
    for form in table.get(words[position], ()):
        size = len(form)
        if size < end - start and form == (
            words[start : start + size] if table is _BEGINS else words[end - size : end]
        ):
            return size
    return 0


_ARTICLES = {"al", "el", "ul"}
_NO_VOWELS = str.maketrans("", "", "aeiou")
_HARD_END = str.maketrans("bdg", "ptk")


@lru_cache(maxsize=50_000)
def _sound_of(word):
    """Return how a folded ``word`` sounds, beginning with "a" for any vowel."""
    word = word.replace("tsh", "h").replace("sh", "s").replace("zh", "s").replace("ts", "s")
    word = word.replace("dt", "t").replace("f", "v")
    word = word.removesuffix("h") if word.endswith("ah") else word
    if word[0] in "aeou" or word.startswith("ie"):  # Yelena, Elena
        return "a" + word[1:-1].translate(_NO_VOWELS) + _end_of(word[1:])
    return word[0] + word[1:-1].translate(_NO_VOWELS) + _end_of(word[1:])


def _end_of(rest):
    return rest[-1:].translate(_NO_VOWELS).translate(_HARD_END)
