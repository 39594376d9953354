"""Invented people in any number, the same in every run, with names in several scripts."""

import random

from bench.organisations import SEED, SURNAMES

# First and last names, in Latin script and in their own: Uzbek, Kazakh, Russian, Ukrainian,
# Turkish, Vietnamese, Polish, Chinese.
ABROAD = (
    (("Dilnoza", "Jasur", "Oʻtkir", "Gulnora"), ("Дилноза", "Жасур", "Ўткир", "Гулнора"),
     ("Karimov", "Toʻxtayev", "Xoʻjayev", "Rahimova"),
     ("Каримов", "Тўхтаев", "Хўжаев", "Раҳимова")),
    (("Aigerim", "Nurlan", "Zhanar", "Yerlan"), ("Айгерім", "Нұрлан", "Жанар", "Ерлан"),
     ("Sarsen", "Abdrakhmanov", "Kenzhebek", "Zhumabayeva"),
     ("Сәрсен", "Әбдірахманов", "Кенжебек", "Жұмабаева")),
    (("Sergei", "Yekaterina", "Aleksei", "Tatyana"), ("Сергей", "Екатерина", "Алексей", "Татьяна"),
     ("Shcherbakov", "Kuznetsova", "Zhukov", "Yershova"),
     ("Щербаков", "Кузнецова", "Жуков", "Ершова")),
    (("Oleksandr", "Iryna", "Andrii", "Yuliia"), ("Олександр", "Ірина", "Андрій", "Юлія"),
     ("Shevchenko", "Kovalchuk", "Tkachenko", "Hryhorenko"),
     ("Шевченко", "Ковальчук", "Ткаченко", "Григоренко")),
    (("Ayşe", "Mehmet", "Özgür", "Çiğdem"), ("",) * 4,
     ("Yılmaz", "Şahin", "Öztürk", "Çelik"), ("",) * 4),
    (("Thị Hương", "Văn Đức", "Minh Ngọc", "Quang Huy"), ("",) * 4,
     ("Nguyễn", "Trần", "Phạm", "Đặng"), ("",) * 4),
    (("Łukasz", "Małgorzata", "Paweł", "Agnieszka"), ("",) * 4,
     ("Wójcik", "Kowalczyk", "Dąbrowska", "Szczepański"), ("",) * 4),
    (("Wěi", "Xiǎomíng", "Lì", "Jiànguó"), ("伟", "小明", "丽", "建国"),
     ("Zhāng", "Liú", "Chén", "Xǔ"), ("张", "刘", "陈", "许")),
)  # fmt: skip
FIRST_NAMES = (
    "Anna", "Björn", "Claudia", "Dieter", "Elke", "Frank", "Grit", "Holger", "Ines", "Jörg",
    "Kathrin", "Lutz", "Maren", "Norbert", "Petra", "Ralf", "Sören", "Ute", "Volker", "Wiebke",
)  # fmt: skip
ROLES = ("Geschäftsführung", "Vertrieb", "Export", "Rektor", "Director", "Head of procurement")


def person(number: int) -> dict:
    """Return person ``number`` (from 0), who acts for organisation ``number``."""
    chance = random.Random(f"{SEED} person {number}")
    if number % 10 < 3:  # as many as organisations abroad
        firsts, firsts_there, lasts, lasts_there = ABROAD[number // 10 % len(ABROAD)]
        first, last = chance.randrange(4), chance.randrange(4)
        own = f"{lasts_there[last]} {firsts_there[first]}".strip()
        names = {"first_name": firsts[first], "last_name": lasts[last], "native_name": own}
    else:
        first, last = chance.choice(FIRST_NAMES), chance.choice(SURNAMES)
        if chance.random() < 0.1:
            last = f"{last}-{chance.choice(SURNAMES)}"
        names = {"first_name": first, "last_name": last, "native_name": ""}
    return {
        **names,
        "salutation": chance.choice(("frau", "herr")),
        "academic_title": chance.choice(("", "", "", "Dr.", "Prof. Dr.")),
        "email": f"person.{number}@partner-{number}.example" if number % 7 else "",
        "role": chance.choice(ROLES),
    }
