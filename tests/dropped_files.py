"""E-mails, invitations and business cards as different programs write them."""

import struct
from datetime import UTC, datetime

SECTOR = 512
MINI = 64
FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def lines(text: str) -> bytes:
    """A text as mail programs store it."""
    return text.strip("\n").replace("\n", "\r\n").encode() + b"\r\n"


# --- Outlook ----------------------------------------------------------------------------------


def compound(tree: dict) -> bytes:
    """A compound file of streams (bytes) and storages (dicts), by name."""
    entries = [["Root Entry", 5, FREE, FREE, 0, 0]]  # name, kind, right, child, start, size
    streams = {}

    def add(folder, parent):
        previous = None
        for name, content in folder.items():
            index = len(entries)
            is_storage = isinstance(content, dict)
            entries.append([name, 1 if is_storage else 2, FREE, FREE, END, 0])
            if previous is None:
                entries[parent][3] = index
            else:
                entries[previous][2] = index
            previous = index
            if is_storage:
                add(content, index)
            else:
                streams[index] = content

    add(tree, 0)
    sectors, fat = [], []

    def place(content):
        if not content:
            return END
        start = len(sectors)
        for offset in range(0, len(content), SECTOR):
            sectors.append(content[offset : offset + SECTOR].ljust(SECTOR, b"\0"))
            fat.append(len(sectors))
        fat[-1] = END
        return start

    mini, mini_fat = b"", []
    for index, content in streams.items():
        entries[index][5] = len(content)
        if len(content) >= 4096:
            entries[index][4] = place(content)
        elif content:
            entries[index][4] = len(mini) // MINI
            count = -(-len(content) // MINI)
            first = len(mini_fat)
            mini_fat += [first + step + 1 for step in range(count - 1)] + [END]
            mini += content.ljust(count * MINI, b"\0")
    entries[0][4], entries[0][5] = place(mini), len(mini)
    mini_fat_start = place(struct.pack(f"<{len(mini_fat)}I", *mini_fat))
    mini_fat_count = -(-len(mini_fat) * 4 // SECTOR)
    directory = b""
    for name, kind, right, child, start, size in entries:
        wide = name.encode("utf-16-le") + b"\0\0"
        directory += wide.ljust(64, b"\0") + struct.pack(
            "<HBBIII16sIQQIQ", len(wide), kind, 1, FREE, right, child, b"", 0, 0, 0, start, size
        )
    directory_start = place(directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0"))
    fat_count = 1
    while fat_count * 128 < len(fat) + fat_count:
        fat_count += 1
    fat_start = len(sectors)
    fat += [FAT_SECTOR] * fat_count
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(fat_count * SECTOR, b"\xff")
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6,
        0, fat_count, directory_start, 0, 4096,
        mini_fat_start, mini_fat_count, END, 0,
    )  # fmt: skip
    places = [fat_start + step for step in range(fat_count)] + [FREE] * (109 - fat_count)
    return header + struct.pack("<109I", *places) + b"".join(sectors) + table


def properties(head: int, values: dict) -> dict:
    """The streams of a message, a recipient or an attachment; ``values`` by their tag.

    A text is written as Unicode, ``(text, encoding)`` in the encoding, bytes as they are, a moment
    and a whole number in the table itself. ``head``: size of what stands before the table.
    """
    streams, table = {}, b""
    for tag, value in values.items():
        if isinstance(value, int):
            table += struct.pack("<HHIIi", 3, tag, 6, value, 0)
            continue
        if isinstance(value, datetime):
            ticks = int((value - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10**7
            table += struct.pack("<HHIQ", 0x40, tag, 6, ticks)
            continue
        kind, content = 0x1F, value
        if isinstance(value, str):
            content = value.encode("utf-16-le")
        elif isinstance(value, tuple):
            kind, content = 0x1E, value[0].encode(value[1])
        else:
            kind = 0x102
        streams[f"__substg1.0_{tag:04X}{kind:04X}"] = content
        table += struct.pack("<HHIII", kind, tag, 6, len(content), 0)
    return {"__properties_version1.0": b"\0" * head + table, **streams}


def msg(values: dict, recipients=(), attachments=()) -> bytes:
    """An e-mail as Outlook saves it."""
    tree = properties(32, {0x001A: "IPM.Note", **values})
    for number, recipient in enumerate(recipients):
        tree[f"__recip_version1.0_#{number:08X}"] = properties(8, recipient)
    for number, attachment in enumerate(attachments):
        tree[f"__attach_version1.0_#{number:08X}"] = properties(8, {0x3705: 1, **attachment})
    return compound(tree)


def outlook() -> bytes:
    """An e-mail within the agency's Exchange, to a partner in Tashkent and a colleague."""
    return msg(
        {
            0x0037: "AW: Muster für die Prüfung",
            0x0C1A: "Vogt, Miriam",
            0x0C1F: "/O=LEG/OU=EXCHANGE/CN=RECIPIENTS/CN=VOGT",
            0x5D01: "miriam.vogt@example.org",
            0x0039: datetime(2026, 11, 12, 9, 30, tzinfo=UTC),
            0x1000: "Sehr geehrter Herr Karimov,\r\n\r\ndie Muster gehen morgen ab.\r\n\r\n"
            "Von: Karimow, Dilschod <d.karimov@uztextilprom.uz>\r\n"
            "Gesendet: Mittwoch, 11. November 2026 17:02\r\nAn: Vogt, Miriam\r\n"
            "Betreff: Muster\r\n\r\nWann kommen die Muster?\r\n",
        },
        recipients=[
            {0x3001: "Каримов Дилшод", 0x39FE: "d.karimov@uztextilprom.uz", 0x0C15: 1},
            {0x3001: "Lenz, Tobias", 0x3003: "/O=LEG/CN=LENZ", 0x39FE: "tobias.lenz@example.org",
             0x0C15: 2},
        ],
        attachments=[{0x3707: "Prüfbericht.pdf", 0x3701: PDF}],
    )  # fmt: skip


def outlook_of_old() -> bytes:
    """An e-mail of an Outlook without Unicode, in the Windows encoding of Cyrillic."""
    return msg(
        {
            0x3FDE: 1251,
            0x0037: ("Образцы ткани", "cp1251"),
            0x0C1A: ("Жанар Сарсен", "cp1251"),
            0x0C1F: ("zhanar@qaztex.kz", "cp1251"),
            0x1000: ("Добрый день!", "cp1251"),
            0x0039: datetime(2026, 11, 12, 4, 0, tzinfo=UTC),
        },
        recipients=[
            {0x3001: ("Мириам Фогт", "cp1251"), 0x3003: ("miriam.vogt@example.org", "cp1251")}
        ],
    )


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\n"

# --- E-mails ----------------------------------------------------------------------------------

THUNDERBIRD = lines("""
Return-Path: <d.karimov@uztextilprom.uz>
Message-ID: <5f0b1c3a@uztextilprom.uz>
Date: Thu, 12 Nov 2026 10:15:00 +0500
MIME-Version: 1.0
User-Agent: Mozilla Thunderbird
From: =?UTF-8?B?0JTQuNC70YjQvtC0INCa0LDRgNC40LzQvtCy?= <d.karimov@uztextilprom.uz>
To: "Vogt, Miriam" <miriam.vogt@example.org>,
 =?windows-1251?Q?=C6=E0=ED=E0=F0_=D1=E0=F0=F1=E5=ED?= <zhanar@qaztex.kz>
Subject: =?UTF-8?B?0J7QsdGA0LDQt9GG?= =?UTF-8?B?0Ysg0YLQutCw0L3QuA==?=
Content-Type: multipart/mixed; boundary="------------0aBc"

This is a multi-part message in MIME format.
--------------0aBc
Content-Type: text/plain; charset=UTF-8; format=flowed
Content-Transfer-Encoding: quoted-printable

=D0=97=D0=B4=D1=80=D0=B0=D0=B2=D1=81=D1=82=D0=B2=D1=83=D0=B9=D1=82=D0=B5!

Am 11.11.2026 um 09:00 schrieb Miriam Vogt:
> Wann kommen die Muster?
--------------0aBc
Content-Type: application/pdf; name="=?UTF-8?B?0J7QsdGA0LDQt9GG0YsucGRm?="
Content-Disposition: attachment;
 filename*0*=UTF-8''%D0%9E%D0%B1%D1%80%D0%B0%D0%B7;
 filename*1*=%D1%86%D1%8B.pdf
Content-Transfer-Encoding: base64

JVBERi0xLjcKMSAwIG9iajw8Pj5lbmRvYmoK
--------------0aBc--
""")

GMAIL = lines("""
Delivered-To: miriam.vogt@example.org
Received: by 2002:a05:6a10 with SMTP id x; Wed, 11 Nov 2026 23:58:00 -0800 (PST)
MIME-Version: 1.0
From: =?utf-8?Q?J=C3=BCrgen_M=C3=BCller?= <jm@titk.de>
Date: Thu, 12 Nov 2026 08:57:58 +0100
Subject: Besuch am 24.
To: Miriam Vogt <miriam.vogt@example.org>
Cc: tobias.lenz@example.org
Content-Type: multipart/alternative; boundary="0000000000009a"

--0000000000009a
Content-Type: text/plain; charset="UTF-8"
Content-Transfer-Encoding: base64

R3LDvMOfZSBhdXMgUnVkb2xzdGFkdCEKCk9uIFdlZCwgTm92IDExLCAyMDI2IGF0IDk6MDAg
QU0gTWlyaWFtIFZvZ3QKPG1pcmlhbS52b2d0QGV4YW1wbGUub3JnPiB3cm90ZToKCj4gYWx0
Cg==
--0000000000009a
Content-Type: text/html; charset="UTF-8"

<div dir="ltr">anders</div>
--0000000000009a--
""")

APPLE_MAIL = lines("""
From: "Anna Weber" <anna.weber@gmail.com>
Content-Type: multipart/related; boundary="Apple-Mail=_1"; type="text/html"
Mime-Version: 1.0 (Mac OS X Mail 16.0)
Subject: Foto vom Stand
Date: Thu, 12 Nov 2026 07:00:00 -0000
To: miriam.vogt@example.org
X-Mailer: Apple Mail (2.3774)

--Apple-Mail=_1
Content-Transfer-Encoding: 7bit
Content-Type: text/html; charset=us-ascii

<html><head><style>p { color: red }</style><title>x</title></head><body>
<p>Guten Tag,</p><p>hier das&nbsp;Foto &amp; der Gru&szlig;:<br>Anna</p>
<img src="cid:logo@x"><img src="https://example.com/pixel.gif">
<script>alert(1)</script></body></html>
--Apple-Mail=_1
Content-Transfer-Encoding: base64
Content-Disposition: inline; filename=logo.gif
Content-Type: image/gif; name="logo.gif"
Content-Id: <logo@x>

R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7
--Apple-Mail=_1--
""")

MAIL_RU = (
    lines("""
From: =?koi8-r?B?5MnM28/EIOvB0snNz9c=?= <karimov@mail.ru>
To: <miriam.vogt@example.org>
Subject: =?koi8-r?B?7sHexcvB?=
Date: Thu, 12 Nov 2026 12:00:00 +0300
MIME-Version: 1.0
Content-Type: text/plain; charset=koi8-r
Content-Transfer-Encoding: 8bit
""")
    + b"\r\n"
    + "Добрый день!\r\n\r\n12.11.2026, 11:00, Мириам пишет:\r\n> alt\r\n".encode("koi8-r")
)

# --- Invitations ------------------------------------------------------------------------------

OUTLOOK_ICS = lines("""
BEGIN:VCALENDAR
PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN
VERSION:2.0
METHOD:REQUEST
X-MS-OLK-FORCEINSPECTOROPEN:TRUE
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16011028T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010325T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VTIMEZONE
TZID:West Asia Standard Time
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0500
TZOFFSETTO:+0500
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
ATTENDEE;CN="Vogt, Miriam";RSVP=TRUE:mailto:miriam.vogt@example.org
ATTENDEE;CUTYPE=RESOURCE;CN=Raum 12:mailto:raum12@example.org
CLASS:PUBLIC
DTEND;TZID="West Asia Standard Time":20260716T120000
DTSTART;TZID="West Asia Standard Time":20260716T100000
LOCATION:Microsoft Teams-Besprechung
ORGANIZER;CN="Karimov, Dilshod":mailto:D.Karimov@uztextilprom.uz
SUMMARY;LANGUAGE=de:Abstimmung Muster\\, Runde 2
DESCRIPTION:Teilnehmen: https://teams.microsoft.com/l/meetup-join/19%3ameet
 ing_abc\\n
UID:040000008200E00074C5B7101A82E008
END:VEVENT
END:VCALENDAR
""")

GOOGLE_ICS = lines("""
BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:CANCEL
BEGIN:VEVENT
DTSTART:20261124T090000Z
DTEND:20261124T100000Z
ORGANIZER;CN=jm@titk.de:mailto:jm@titk.de
UID:7kukuqrfedlm2f9t0jf1@google.com
RRULE:FREQ=SECONDLY
SUMMARY:Besuch im TITK
LOCATION:Breitscheidstraße 97\\, Rudolstadt
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
""")

THUNDERBIRD_ICS = lines("""
BEGIN:VCALENDAR
PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN
VERSION:2.0
BEGIN:VEVENT
UID:1
SUMMARY:Messe
DTSTART;VALUE=DATE:20261124
DTEND;VALUE=DATE:20261126
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Später
DTSTART:20261201T100000
END:VEVENT
END:VCALENDAR
""")

# --- Business cards ---------------------------------------------------------------------------

OUTLOOK_VCF = lines("""
BEGIN:VCARD
VERSION:2.1
N;LANGUAGE=de;CHARSET=Windows-1252;ENCODING=QUOTED-PRINTABLE:M=FCller;J=FCrgen;;Dr.
FN;CHARSET=Windows-1252;ENCODING=QUOTED-PRINTABLE:Dr. J=FCrgen M=FCller
ORG;CHARSET=Windows-1252;ENCODING=QUOTED-PRINTABLE:Th=FCringisches Institut;=
Textilien
TITLE:Abteilungsleiter
TEL;WORK;VOICE:+49 3672 379-0
TEL;CELL;VOICE:+49 171 1234567
TEL;WORK;FAX:+49 3672 379-379
EMAIL;PREF;INTERNET:jm@titk.de
PHOTO;TYPE=JPEG;ENCODING=BASE64:
 /9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRof

REV:20261112T101500Z
END:VCARD
""")

IPHONE_VCF = lines("""
BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//iPhone OS 17.5//EN
N:Каримов;Дилшод;;;
FN:Дилшод Каримов
ORG:Узтекстильпром;
TITLE:Начальник отдела
item1.EMAIL;type=INTERNET;type=pref:d.karimov@uztextilprom.uz
item1.X-ABLabel:_$!<Work>!$_
TEL;type=CELL;type=VOICE;type=pref:+998 90 123 45 67
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Anna von der Heide
EMAIL;TYPE=work:anna@nirgendwo.example
TEL;VALUE=uri;TYPE="voice,work":tel:+49-3641-12345
END:VCARD
""")
