"""The search key: names meet across scripts and spellings, and others do not."""

from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from legcrm.core.folding import compare_key, fold, sound_key

from .name_pairs import APART, MEET

KEYS = {"fold": fold, "compare": compare_key, "sound": sound_key}

ROWS = [
    pytest.param(KEYS[key], names, id=f"{key}-{names[0]}")
    for key, languages in MEET.items()
    for rows in languages.values()
    for names in rows
]
PAIRS_APART = [
    pytest.param(KEYS[key], one, other, id=f"{key}-{one}-{other}")
    for key, pairs in APART.items()
    for one, other in pairs
]
LEGAL_FORMS = [
    "GmbH", "GmbH & Co. KG", "gGmbH", "UG (haftungsbeschränkt)", "AG", "SE", "e. V.", "e.V.", "eG",
    "KdöR", "LLP", "LLC", "Ltd", "Ltd.", "Inc.", "Co., Ltd.", "ТОО", "TOO", "ЖШС", "ООО", "OOO",
    "MChJ", "МЧЖ", "ОсОО", "АО", "AJ", "АЖ", "ПАО", "ЗАО", "JSC", "PJSC", "Sp. z o.o.", "S.A.",
    "s.r.o.", "a.s.", "Kft.", "SRL", "A.Ş.", "Ltd. Şti.", "MMC",
]  # fmt: skip
LEADING_FORMS = ["ТОО", "TOO", "ЖШС", "ООО", "OOO", "ОсОО", "АО", "ПАО", "ЗАО", "MChJ", "МЧЖ",
                 "Công ty TNHH", "Общество с ограниченной ответственностью"]  # fmt: skip

# Letters of the scripts that the key knows.
LETTERS = (
    "abcdefghijklmnopqrstuvwxyzäöüßšžçğışəłđńóţșžŷ"
    "абвгдежзийклмнопрстуфхцчшщыэюяәғқңөұүіїєґўҳҷӣӯ"
    "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ"
    "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցփքօֆ"
)
words = st.text(LETTERS + LETTERS.upper(), min_size=1, max_size=15)
# No name of which an end is a legal form itself.
names = words.map(lambda word: f"Muster {word} Werk")
texts = st.lists(words | st.text(max_size=8), max_size=5).map(" ".join)


@pytest.mark.parametrize(("key", "names"), ROWS)
def test_these_meet(key, names):
    keys = {name: key(name) for name in names}
    assert len(set(keys.values())) == 1, keys
    assert keys[names[0]]


@pytest.mark.parametrize(("key", "one", "other"), PAIRS_APART)
def test_these_do_not(key, one, other):
    assert key(one) != key(other)


def test_the_table_has_the_pairs_that_are_promised():
    pairs = [
        pair for languages in MEET.values() for rows in languages.values() for row in rows
        for pair in combinations(row, 2)
    ]  # fmt: skip
    assert all(one != other for one, other in pairs), "a spelling stands twice in its row"
    assert sum(len(param.values[1]) - 1 for param in ROWS) >= 150
    assert len(PAIRS_APART) >= 60


@pytest.mark.parametrize("rows", [rows for kinds in MEET.values() for rows in kinds.values()])
def test_what_folds_alike_has_the_other_keys_alike(rows):
    for names in rows:
        if len({fold(name) for name in names}) == 1:
            assert len({compare_key(name) for name in names}) == 1
            assert len({sound_key(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("uztext", "UzTextilprom"),
        ("uztekst", "Узтекстильпром"),
        ("deut", "Deutsche Bank"),
        ("wirt", "Wirtschaftsförderung"),
        ("wirtschaft", "Wirtschaftsförderung"),
        ("arbeit", "Arbeitsamt"),
        ("zeit", "Zeitschrift"),
        ("land", "Landschaft"),
        ("tech", "Biotechnologie"),
        ("bay", "Bayer AG"),
        ("mei", "Meier"),
        ("jen", "Jenoptik"),
        ("gorbach", "Горбачёв"),
        ("sachar", "Сахаров"),
        ("buxor", "Бухара"),
        ("oʻzbek", "Узбекистан"),
        ("тошк", "Taschkent"),
        ("назар", "Nasarbajew"),
    ],
)
def test_what_is_typed_finds_what_it_will_become(typed, name):
    assert fold(typed) in fold(name)


@given(texts)
def test_a_key_is_plain_and_folds_to_itself(text):
    key = fold(text)
    assert key == " ".join(key.split())
    assert all(char.isascii() and (char.isalnum() or char == " ") for char in key)
    assert key == key.lower()
    assert fold(key) == key


@given(texts, texts)
def test_words_fold_apart_as_together(one, other):
    assert fold(f"{one} {other}") == f"{fold(one)} {fold(other)}".strip()


@given(words)
def test_a_name_in_a_known_script_has_each_key(name):
    assume(name.strip("ьъЬЪ"))  # the two signs have no sound
    assert fold(name) and compare_key(name) and sound_key(name)


@pytest.mark.parametrize("form", [*LEGAL_FORMS, *LEADING_FORMS])
def test_a_legal_form_alone_is_a_name(form):
    assert compare_key(form) and sound_key(form)


@pytest.mark.parametrize("form", LEGAL_FORMS)
@given(name=names)
def test_a_legal_form_makes_no_difference(form, name):
    for key in (compare_key, sound_key):
        assert key(f"{name} {form}") == key(f"{name} {form.upper()}") == key(name)
        assert key(f"«{name}», {form.lower()}") == key(name)


@pytest.mark.parametrize("form", LEADING_FORMS)
@given(name=names)
def test_a_legal_form_in_front_makes_none_either(form, name):
    for key in (compare_key, sound_key):
        assert key(f"{form} «{name}»") == key(f"{form.lower()} {name}") == key(name)


@given(texts)
def test_blanks_make_no_difference(text):
    wide = f"  {text} ".replace(" ", " \t")
    assert fold(wide) == fold(text)
    assert compare_key(wide) == compare_key(text)
    assert sound_key(wide) == sound_key(text)


@pytest.mark.parametrize("row", [row.values[1] for row in ROWS])
def test_case_makes_no_difference(row):
    for name in row:
        assert compare_key(name.upper()) == compare_key(name.lower()) == compare_key(name)
