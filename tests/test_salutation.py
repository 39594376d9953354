"""How letters begin: a table of cases, in German and English."""

import pytest

from partners.models import Person
from partners.salutation import address_lines, letter_language, letter_salutation

from .factories import AffiliationFactory, OrganisationFactory, PersonFactory

FRAU, HERR, NONE = Person.Salutation.FRAU, Person.Salutation.HERR, Person.Salutation.NONE

# Salutation, title, first name, last name; how the letter begins in German and in English.
BY_NAME = [
    (FRAU, "", "Anna", "Müller", "Sehr geehrte Frau Müller,", "Dear Ms Müller,"),
    (HERR, "", "Jens", "Müller", "Sehr geehrter Herr Müller,", "Dear Mr Müller,"),
    (NONE, "", "Anna", "Müller", "Guten Tag Anna Müller,", "Dear Anna Müller,"),
    (FRAU, "", "", "Müller", "Sehr geehrte Frau Müller,", "Dear Ms Müller,"),
    (HERR, "", "", "Müller", "Sehr geehrter Herr Müller,", "Dear Mr Müller,"),
    (NONE, "", "", "Müller", "Sehr geehrte Damen und Herren,", "Dear Sir or Madam,"),
    (FRAU, "Dr.", "Anna", "Müller", "Sehr geehrte Frau Dr. Müller,", "Dear Dr Müller,"),
    (HERR, "Dr.", "Jens", "Müller", "Sehr geehrter Herr Dr. Müller,", "Dear Dr Müller,"),
    (NONE, "Dr.", "Anna", "Müller", "Guten Tag Dr. Anna Müller,", "Dear Dr Müller,"),
    (NONE, "Dr.", "", "Müller", "Guten Tag Dr. Müller,", "Dear Dr Müller,"),
    (FRAU, "Prof.", "Anna", "Müller", "Sehr geehrte Frau Prof. Müller,", "Dear Professor Müller,"),
    (HERR, "Prof.", "J.", "Müller", "Sehr geehrter Herr Prof. Müller,", "Dear Professor Müller,"),
    (NONE, "Prof.", "Anna", "Müller", "Guten Tag Prof. Anna Müller,", "Dear Professor Müller,"),
    (FRAU, "Prof. Dr.", "A.", "May", "Sehr geehrte Frau Prof. Dr. May,", "Dear Professor May,"),
    (HERR, "Prof. Dr.", "J.", "May", "Sehr geehrter Herr Prof. Dr. May,", "Dear Professor May,"),
    (NONE, "Prof. Dr.", "A.", "May", "Guten Tag Prof. Dr. A. May,", "Dear Professor May,"),
    (NONE, "Prof. Dr.", "", "May", "Guten Tag Prof. Dr. May,", "Dear Professor May,"),
    # However the titles are written.
    (HERR, "Prof.Dr.", "J.", "May", "Sehr geehrter Herr Prof. Dr. May,", "Dear Professor May,"),
    (HERR, "PROF. DR.", "J.", "May", "Sehr geehrter Herr Prof. Dr. May,", "Dear Professor May,"),
    (HERR, "Professor", "J.", "May", "Sehr geehrter Herr Prof. May,", "Dear Professor May,"),
    (FRAU, "Professorin", "A.", "May", "Sehr geehrte Frau Prof. May,", "Dear Professor May,"),
    (FRAU, "Univ.-Prof. Dr.", "A.", "Ay", "Sehr geehrte Frau Prof. Dr. Ay,", "Dear Professor Ay,"),
    (FRAU, "Jun.-Prof. Dr.", "A.", "Ay", "Sehr geehrte Frau Prof. Dr. Ay,", "Dear Professor Ay,"),
    (HERR, "Prof. em. Dr.", "J.", "Ay", "Sehr geehrter Herr Prof. Dr. Ay,", "Dear Professor Ay,"),
    (HERR, "Assoc. Prof.", "J.", "Ay", "Sehr geehrter Herr Prof. Ay,", "Dear Professor Ay,"),
    (FRAU, "Dr", "Anna", "Müller", "Sehr geehrte Frau Dr. Müller,", "Dear Dr Müller,"),
    (FRAU, "Doktor", "Anna", "Müller", "Sehr geehrte Frau Dr. Müller,", "Dear Dr Müller,"),
    (HERR, " Dr. ", "Jens", "Müller", "Sehr geehrter Herr Dr. Müller,", "Dear Dr Müller,"),
    # What goes on with a title, and degrees that nobody is greeted by.
    (HERR, "Dr.-Ing.", "Jens", "Bauer", "Sehr geehrter Herr Dr. Bauer,", "Dear Dr Bauer,"),
    (HERR, "Dr. h. c.", "Jens", "Bauer", "Sehr geehrter Herr Dr. Bauer,", "Dear Dr Bauer,"),
    (HERR, "Dr. h.c. mult.", "Jens", "Bauer", "Sehr geehrter Herr Dr. Bauer,", "Dear Dr Bauer,"),
    (FRAU, "Dr. rer. nat.", "Ina", "Bauer", "Sehr geehrte Frau Dr. Bauer,", "Dear Dr Bauer,"),
    (FRAU, "Dr. med. habil.", "Ina", "Bauer", "Sehr geehrte Frau Dr. Bauer,", "Dear Dr Bauer,"),
    (FRAU, "PD Dr.", "Ina", "Bauer", "Sehr geehrte Frau Dr. Bauer,", "Dear Dr Bauer,"),
    (HERR, "Dr. Dr.", "Jens", "Bauer", "Sehr geehrter Herr Dr. Bauer,", "Dear Dr Bauer,"),
    (
        HERR, "Prof. Dr.-Ing. habil. Dr. h. c.", "Jens", "Bauer",
        "Sehr geehrter Herr Prof. Dr. Bauer,", "Dear Professor Bauer,",
    ),
    (HERR, "Dipl.-Ing.", "Jens", "Bauer", "Sehr geehrter Herr Bauer,", "Dear Mr Bauer,"),
    (FRAU, "Dipl.-Ing. (FH)", "Ina", "Bauer", "Sehr geehrte Frau Bauer,", "Dear Ms Bauer,"),
    (FRAU, "Dipl.-Ing. Dr. techn.", "I.", "Ay", "Sehr geehrte Frau Dr. Ay,", "Dear Dr Ay,"),
    (FRAU, "M.Sc.", "Ina", "Bauer", "Sehr geehrte Frau Bauer,", "Dear Ms Bauer,"),
    (HERR, "MBA", "Jens", "Bauer", "Sehr geehrter Herr Bauer,", "Dear Mr Bauer,"),
    (NONE, "MBA", "Jens", "Bauer", "Guten Tag Jens Bauer,", "Dear Jens Bauer,"),
    (NONE, "MBA", "", "Bauer", "Sehr geehrte Damen und Herren,", "Dear Sir or Madam,"),
    (HERR, "PhD", "John", "Smith", "Sehr geehrter Herr Smith,", "Dear Dr Smith,"),
    (FRAU, "Ph.D.", "Jane", "Smith", "Sehr geehrte Frau Smith,", "Dear Dr Smith,"),
    (FRAU, "Prof., PhD", "J.", "Smith", "Sehr geehrte Frau Prof. Smith,", "Dear Professor Smith,"),
    # Names of several parts stay whole, and as their bearers write them.
    (FRAU, "", "Anna", "von der Heide", "Sehr geehrte Frau von der Heide,",
     "Dear Ms von der Heide,"),
    (HERR, "Dr.", "Jan", "van den Berg", "Sehr geehrter Herr Dr. van den Berg,",
     "Dear Dr van den Berg,"),
    (NONE, "", "Anna", "von der Heide", "Guten Tag Anna von der Heide,",
     "Dear Anna von der Heide,"),
    (HERR, "Prof. Dr.", "F.", "de la Cruz", "Sehr geehrter Herr Prof. Dr. de la Cruz,",
     "Dear Professor de la Cruz,"),
    (FRAU, "", "Eva", "Müller-Lüdenscheidt", "Sehr geehrte Frau Müller-Lüdenscheidt,",
     "Dear Ms Müller-Lüdenscheidt,"),
    (FRAU, "Dr.", "Eva", "Weiß - Groß", "Sehr geehrte Frau Dr. Weiß - Groß,",
     "Dear Dr Weiß - Groß,"),
    (HERR, "", "Karl-Theodor", "Graf", "Sehr geehrter Herr Graf,", "Dear Mr Graf,"),
    (HERR, "", "Sherzod", "Oʻrinov", "Sehr geehrter Herr Oʻrinov,", "Dear Mr Oʻrinov,"),
    (FRAU, "", "Жанар", "Сәрсен", "Sehr geehrte Frau Сәрсен,", "Dear Ms Сәрсен,"),
    (HERR, "", " Jens ", " Peter  Müller ", "Sehr geehrter Herr Peter Müller,",
     "Dear Mr Peter Müller,"),
    # A title is one only as a word of its own.
    (HERR, "Drahtzieher", "Jens", "Drews", "Sehr geehrter Herr Drews,", "Dear Mr Drews,"),
]  # fmt: skip

# Role, country of the organisation, salutation; how the letter to Dr. Ay begins.
NAMED = {
    (FRAU, "de"): "Sehr geehrte Frau Dr. Ay,",
    (HERR, "de"): "Sehr geehrter Herr Dr. Ay,",
    (NONE, "de"): "Guten Tag Dr. Kim Ay,",
}
EXCELLENCY = ("Exzellenz,", "Excellency,")
BY_OFFICE = [
    ("Minister", "UZ", HERR, *EXCELLENCY),
    ("Minister of Energy", "KZ", HERR, *EXCELLENCY),
    ("Ministerin für Bildung", "KZ", FRAU, *EXCELLENCY),
    ("Wirtschaftsminister", "UZ", NONE, *EXCELLENCY),
    ("Foreign Minister", "KG", FRAU, *EXCELLENCY),
    ("Prime Minister", "KG", HERR, *EXCELLENCY),
    ("Премьер-министр", "KZ", HERR, *EXCELLENCY),
    ("Министр энергетики", "KZ", HERR, *EXCELLENCY),
    ("Ambassador", "UZ", FRAU, *EXCELLENCY),
    ("Ambassador Extraordinary and Plenipotentiary", "KZ", HERR, *EXCELLENCY),
    ("Außerordentlicher und bevollmächtigter Botschafter", "UZ", HERR, *EXCELLENCY),
    ("Чрезвычайный и Полномочный Посол", "KZ", HERR, *EXCELLENCY),
    ("Governor of Samarkand region", "UZ", HERR, *EXCELLENCY),
    ("Gouverneurin", "UZ", FRAU, *EXCELLENCY),
    ("Hokim of Tashkent region", "UZ", HERR, *EXCELLENCY),
    ("Akim of Almaty", "KZ", HERR, *EXCELLENCY),
    ("Аким города Алматы", "KZ", HERR, *EXCELLENCY),
    ("H.E. Ambassador", "KZ", HERR, *EXCELLENCY),
    ("Ministerin", "DE", FRAU, "Sehr geehrte Frau Ministerin,", "Dear Minister,"),
    ("Thüringer Minister für Wirtschaft", "DE", HERR, "Sehr geehrter Herr Minister,",
     "Dear Minister,"),
    ("Bundesministerin der Finanzen", "DE", FRAU, "Sehr geehrte Frau Bundesministerin,",
     "Dear Minister,"),
    ("Ministerpräsident", "DE", HERR, "Sehr geehrter Herr Ministerpräsident,",
     "Dear Minister-President,"),
    ("Staatssekretärin", "DE", FRAU, "Sehr geehrte Frau Staatssekretärin,",
     "Dear State Secretary,"),
    ("Botschafter der Republik Usbekistan", "DE", HERR, "Sehr geehrter Herr Botschafter,",
     "Dear Ambassador,"),
    ("Oberbürgermeister", "DE", HERR, "Sehr geehrter Herr Oberbürgermeister,", "Dear Mayor,"),
    ("Landrätin", "DE", FRAU, "Sehr geehrte Frau Landrätin,", "Dear District Administrator,"),
    ("Minister", "DE", NONE, NAMED[NONE, "de"], "Dear Minister,"),
    # Near an office, not in it.
    *(
        (role, country, HERR, NAMED[HERR, "de"], "Dear Dr Ay,")
        for role, country in [
            ("Deputy Minister", "UZ"),
            ("First Deputy Minister of Trade", "KZ"),
            ("Vizeminister", "KZ"),
            ("Exminister", "KZ"),
            ("Stellvertretender Minister", "UZ"),
            ("Assistant to the Minister", "UZ"),
            ("Leiter des Ministerbüros", "DE"),
            ("Persönlicher Referent des Ministers", "DE"),
            ("Ministerialrat", "DE"),
            ("Minister Counsellor", "UZ"),
            ("Minister a. D.", "DE"),
            ("Referent, Botschaft Taschkent", "UZ"),
            ("Deputy Governor", "UZ"),
            ("Mayor", "KZ"),
            ("Staatssekretär", "KZ"),
            ("Rector", "UZ"),
            ("", "UZ"),
        ]
    ),
]  # fmt: skip


def person(salutation=NONE, title="", first="", last="Ay", **values):
    return Person(
        salutation=salutation, academic_title=title, first_name=first, last_name=last, **values
    )


def in_office(role, country, **values):
    """Return a person whose primary affiliation the list has read already."""
    one = person(values.pop("salutation", HERR), "Dr.", "Kim", "Ay", **values)
    one.primary_role, one.primary_country = role, country
    return one


@pytest.mark.parametrize(("salutation", "title", "first", "last", "german", "english"), BY_NAME)
def test_by_name(salutation, title, first, last, german, english):
    one = person(salutation, title, first, last)
    assert letter_salutation(one, "de") == german
    assert letter_salutation(one, "en") == english


@pytest.mark.parametrize(("role", "country", "salutation", "german", "english"), BY_OFFICE)
def test_by_office(role, country, salutation, german, english):
    one = in_office(role, country, salutation=salutation)
    assert letter_salutation(one, "de") == german
    assert letter_salutation(one, "en") == english


def test_the_own_wish_wins():
    one = in_office("Minister", "UZ", letter_salutation="  Lieber Kim, ")
    assert letter_salutation(one, "de") == letter_salutation(one, "en") == "Lieber Kim,"


@pytest.mark.parametrize(
    ("language", "country", "expected"),
    [
        ("de", "UZ", "de"),
        ("de-AT", "UZ", "de"),
        ("en", "DE", "en"),
        ("EN-gb", "DE", "en"),
        ("ru", "KZ", "en"),
        ("uz", "DE", "de"),
        ("", "DE", "de"),
        ("", "AT", "de"),
        ("", "KZ", "en"),
        ("", None, "en"),
    ],
)
def test_language(language, country, expected):
    one = in_office("", country, language=language)
    assert letter_language(one) == expected
    assert (
        letter_salutation(one) == letter_salutation(one, "tr") == letter_salutation(one, expected)
    )


@pytest.mark.django_db
def test_the_office_is_read_from_the_open_primary_affiliation(django_assert_num_queries):
    ministry = OrganisationFactory(country="UZ")
    minister = PersonFactory(salutation=FRAU, last_name="Yusupova", language="en")
    AffiliationFactory(person=minister, organisation=ministry, role="Minister of Energy")
    former = PersonFactory(salutation=FRAU, last_name="Karimova", language="en")
    AffiliationFactory(person=former, organisation=ministry, role="Minister", valid_to="2020-01-01")
    with django_assert_num_queries(1):
        assert letter_salutation(minister) == "Excellency,"
    assert letter_salutation(former) == "Dear Ms Karimova,"

    read = Person.objects.with_primary_affiliation().get(pk=minister.pk)
    with django_assert_num_queries(0):
        assert letter_salutation(read, "de") == "Exzellenz,"


def organisation(**values):
    values = {"name": "TITK e. V.", "street": "Breitscheidstraße 97", "city": "Rudolstadt"} | values
    return OrganisationFactory.build(**{"postal_code": "07407", "country": "DE"} | values)


@pytest.mark.parametrize(
    ("one", "language", "first_line"),
    [
        (person(FRAU, "Prof. Dr.", "Anna", "Müller"), "de", "Frau Prof. Dr. Anna Müller"),
        (person(HERR, "Dr.-Ing.", "Jens", "Bauer"), "de", "Herrn Dr.-Ing. Jens Bauer"),
        (person(HERR, "Dipl.-Ing.", "Jens", "Bauer"), "de", "Herrn Dipl.-Ing. Jens Bauer"),
        (person(NONE, "", "Kim", "von der Heide"), "de", "Kim von der Heide"),
        (person(NONE, "", "", "Bauer"), "de", "Bauer"),
        (person(FRAU, "Prof. Dr.", "Anna", "Müller"), "en", "Prof. Dr. Anna Müller"),
        (person(HERR, "", "John", "Smith"), "en", "Mr John Smith"),
        (person(FRAU, "PhD", "Jane", "Smith"), "en", "Ms Jane Smith, PhD"),
        (person(FRAU, "Prof., Ph.D.", "Jane", "Smith"), "en", "Prof. Jane Smith, PhD"),
    ],
)
def test_the_addressee(one, language, first_line):
    assert address_lines(one, None, language) == [first_line]


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        ({}, ["TITK e. V.", "Breitscheidstraße 97", "07407 Rudolstadt"]),
        ({"street": "", "postal_code": ""}, ["TITK e. V.", "Rudolstadt"]),
        ({"street": " ", "postal_code": "", "city": ""}, ["TITK e. V."]),
        (
            {"name": "KazNU", "street": "al-Farabi 71", "postal_code": "050040", "city": "Almaty",
             "country": "KZ"},
            ["KazNU", "al-Farabi 71", "050040 Almaty", "KASACHSTAN"],
        ),
        (
            {"name": "Acme", "street": "1 High Street", "postal_code": "SW1A 1AA",
             "city": "London", "country": "GB"},
            ["Acme", "1 High Street", "London SW1A 1AA", "VEREINIGTES KÖNIGREICH"],
        ),
    ],
)  # fmt: skip
def test_the_address(values, lines):
    assert address_lines(None, organisation(**values)) == lines
    anna = person(FRAU, "", "Anna", "Müller")
    assert address_lines(anna, organisation(**values), "de") == ["Frau Anna Müller", *lines]


def test_nobody_has_no_address():
    assert address_lines(None, None) == []


@pytest.mark.django_db
def test_the_form_shows_how_a_letter_begins(client_for, reader):
    ministry = OrganisationFactory(country="UZ")
    minister = PersonFactory(salutation=FRAU, last_name="Yusupova", language="en")
    AffiliationFactory(person=minister, organisation=ministry, role="Minister of Energy")
    page = client_for(reader).get(minister.get_absolute_url()).content.decode()
    assert "<dd>Excellency,</dd>" in page
