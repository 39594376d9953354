"""Legal forms of the countries we work with, as they stand in the names of organisations.

They say nothing of who is meant, so ``legcrm.core.folding`` leaves them out where it compares
names. Each is written once; dots, case and script make no difference ("GmbH", "G.m.b.H.").
"""

# Left out at the end of a name only: in front, the same letters may be a word or a name.
AT_THE_END = (
    # Germany, Austria, Switzerland
    "AG", "SE", "KG", "OHG", "OG", "GbR", "mbH", "mbB", "PartG", "PartGmbB", "KGaA", "eK",
    "e. Kfm.", "e. Kfr.", "eU", "e. V.", "eV", "e. G.", "eG",
    "eGen", "VVaG", "KdöR", "K. d. ö. R.", "AöR",
    "A. ö. R.", "UG", "haftungsbeschränkt", "i. L.", "i. G.", "i. Gr.", "Sàrl", "Ges. mbH",
    "GesmbH", "& Co", "und Co", "eingetragener Verein", "eingetragene Genossenschaft",
    "Aktiengesellschaft", "Kommanditgesellschaft", "Gesellschaft mit beschränkter Haftung",
    "Körperschaft des öffentlichen Rechts", "Anstalt des öffentlichen Rechts",
    # English, as used in many countries
    "Ltd", "Limited", "PLC", "LLP", "L. L. P.", "LLC", "L. L. C.", "LP", "Inc", "Incorporated",
    "Corp", "Corporation", "Co", "Company", "Co. Ltd", "Company Limited", "JSC", "J. S. C.", "PJSC",
    "OJSC", "CJSC", "JSCB", "PSC", "Pte", "Pvt", "Private", "FZE", "FZCO", "FZ-LLC", "DMCC", "WLL",
    "W. L. L.", "SAE", "KSC", "Joint Stock Company", "Public Joint Stock Company",
    "Open Joint Stock Company", "Closed Joint Stock Company", "Limited Liability Company",
    "Limited Liability Partnership",
    # Latin languages
    "SA", "S. A.", "SAS", "S. A. S.", "SARL", "S. A. R. L.", "S. p. A.", "SpA", "S. r. l.",
    "S. L.", "S. L. U.", "Lda", "SCA", "SRL", "S. à r. l.", "Ltda", "SNC",
    # The north
    "A/S", "ApS", "AB", "ASA", "Oy", "Oyj", "OÜ", "AS", "SIA", "UAB", "B. V.", "BV", "N. V.", "NV",
    "BVBA", "SPRL",
    # Poland, Czechia, Slovakia, Hungary, the Balkans
    "Sp. z o.o.", "Sp. z oo", "Spzoo", "sp. k.", "sp. j.", "Spółka z o.o.", "Spółka Akcyjna",
    "Spółka z ograniczoną odpowiedzialnością", "s. r. o.", "sro", "spol. s r. o.", "a. s.",
    "v. o. s.", "k. s.", "Kft", "Zrt", "Nyrt", "Kkt", "Bt", "Rt", "d. o. o.", "doo", "d. d.",
    "a. d.", "AD", "EAD", "ААК",
    # Turkey
    "A. Ş.", "AŞ", "Ltd. Şti.", "Şti", "Limited Şirketi", "Anonim Şirketi", "Tic. A.Ş.",
    "San. ve Tic.", "Sanayi ve Ticaret", "San. Tic.", "Sanayi Ticaret",
    # Uzbekistan and its neighbours
    "masʼuliyati cheklangan jamiyat", "masʼuliyati cheklangan jamiyati",
    "aksiyadorlik jamiyati", "xususiy korxonasi", "qoʻshma korxonasi", "oilaviy korxonasi", "AJ",
    "XK", "АҚ", "H. J.", "MChJ QK", "QK MChJ", "MMC", "QSC", "ASC",
    "жауапкершілігі шектеулі серіктестігі", "акционерлік қоғамы",
    # Asia
    "Sdn. Bhd.", "Bhd", "Tbk", "Youxian Gongsi",
)  # fmt: skip

# Left out in front too, where Russian, Uzbek and Vietnamese names have them.
ANYWHERE = (
    "GmbH", "gGmbH", "gUG", "G. m. b. H.",
    # Russian
    "ООО", "ОАО", "ЗАО", "ПАО", "НАО", "АО", "ОДО", "ИП", "СП", "ЧП", "ИП ООО", "СП ООО", "ГУП",
    "МУП", "ФГУП", "ФГБОУ ВО", "ФГАОУ ВО", "АНО", "НКО", "ГБУ", "РГП", "ГП", "ТОО", "ТДО", "ЧУП",
    "Общество с ограниченной ответственностью", "Акционерное общество",
    "Публичное акционерное общество", "Закрытое акционерное общество",
    "Открытое акционерное общество", "Товарищество с ограниченной ответственностью",
    "Частное предприятие", "Совместное предприятие",
    # Ukrainian
    "ТОВ", "ПрАТ", "ПАТ", "АТ", "ФОП", "Товариство з обмеженою відповідальністю",
    "Приватне акціонерне товариство",
    # Kazakh, Kyrgyz
    "ЖШС", "JShS", "ЖАҚ", "ОсОО", "ЖЧК", "ЖААК",
    # Uzbek, Latin and Cyrillic
    "MChJ", "АЖ", "OAJ", "ОАЖ", "YoAJ", "DUK",
    "Масъулияти чекланган жамият", "Aksiyadorlik jamiyati", "Aksiyadorlik jamiyat",
    "Xususiy korxona", "Qoʻshma korxona", "Oilaviy korxona", "Davlat unitar korxonasi",
    "Masʼuliyati cheklangan jamiyati", "Masʼuliyati cheklangan jamiyat",
    # Tajik, Georgian, Armenian
    "ҶДММ", "შპს", "ՍՊԸ",
    # Bulgarian
    "ООД", "ЕООД",
    # Vietnamese
    "Công ty TNHH", "Công ty Cổ phần", "Công ty CP", "Công ty TNHH MTV",
    "Công ty trách nhiệm hữu hạn", "TNHH", "MTV", "CTCP",
    # The same in Latin letters
    "OOO", "OAO", "ZAO", "PAO", "TOO", "OsOO", "TOV", "PrAT",
)  # fmt: skip
