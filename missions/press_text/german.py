"""The sentences of a press text in German."""

from django.utils.formats import date_format

from legcrm.core.dates import DatePrecision, season

from ..balance import say
from ..balance_documents import country_names, is_example, with_dates
from ..models import Mission
from .facts import MOST_PROJECTS, Words, pairs


class German(Words):
    numbers = (
        "null", "eine", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun",
        "zehn", "elf", "zwölf",
    )  # fmt: skip
    conjunction = "und"
    example = "Beispieldaten"
    draft = "ENTWURF – vor der Veröffentlichung prüfen und freigeben lassen"
    to_check = "Zum Prüfen (nicht veröffentlichen)"
    remarks = [
        "Alle Zahlen stammen aus der Bilanz der Mission; was dort nicht bekannt ist, fehlt hier.",
        "[Beispieldaten] steht hinter erfundenen Angaben: Solche Sätze dürfen nicht hinaus.",
    ]
    # Article and name of the kind of mission, as a title begins with it.
    kinds = {
        Mission.Kind.DELEGATION_TRIP: ("die", "eine", "Delegationsreise"),
        Mission.Kind.BUSINESS_TRIP: ("die", "eine", "Unternehmensreise"),
        Mission.Kind.ONLINE_MISSION: ("die", "eine", "Online-Mission"),
        Mission.Kind.INFORMATION_EVENT: ("die", "eine", "Informationsveranstaltung"),
        Mission.Kind.TRADE_FAIR: ("die", "eine", "Messebeteiligung"),
        Mission.Kind.INBOUND_VISIT: ("der", "ein", "Delegationsbesuch"),
    }

    def event(self):
        the, a, kind = self.kinds[Mission.Kind(self.mission.kind)]
        title = self.mission.title
        if title.startswith(kind):
            name = f"{the} {title}"
        else:
            name = f"{a} {kind} unter dem Titel „{title}“"
        invented = is_example(self.mission)
        if self.mission.status == Mission.Status.CANCELLED:
            # "eine Reise … ist abgesagt" would leave open which.
            yield self.sentence(f"„{title}“ ist abgesagt", example=invented)
            return
        took = "fand" if self.facts.is_over else "findet"
        yield self.sentence(f"{self.when()} {took} {name} statt", example=invented)
        if self.facts.heads:
            one = len(self.facts.heads) == 1
            had = (
                ("hatte" if one else "hatten") if self.facts.is_over else "hat" if one else "haben"
            )
            yield self.sentence(f"die Leitung {had} {self.listed(self.facts.heads)}")
        yield from self.places()

    def when(self):
        start, end = self.mission.starts_on, self.mission.ends_on
        match self.mission.date_precision:
            case DatePrecision.YEAR:
                return f"im Jahr {start.year}"
            case DatePrecision.SEASON:
                return f"im {season(start)} {start.year}"
            case DatePrecision.MONTH:
                return f"im {date_format(start, 'F Y')}"
        last = date_format(end or start, "j. F Y")
        if end is None or end == start:
            return f"am {last}"
        if (start.year, start.month) == (end.year, end.month):
            return f"vom {start.day}. bis {last}"
        return (
            f"vom {date_format(start, 'j. F' if start.year == end.year else 'j. F Y')} bis {last}"
        )

    def places(self):
        cities = list(dict.fromkeys(stop.city for stop in self.mission.stops.all()))
        names = country_names(self.mission)
        past = self.facts.is_over
        if cities:
            many = len(cities) > 1
            be = ("waren" if past else "sind") if many else "war" if past else "ist"
            said = f"{'Stationen' if many else 'Station'} {be} {self.listed(cities)}"
            yield self.sentence(f"{said} ({', '.join(names)})")
        elif names:
            stand = "standen" if past else "stehen"
            if len(names) == 1:
                stand = "stand" if past else "steht"
            yield self.sentence(f"im Mittelpunkt {stand} {self.listed(names)}")

    def participants(self):
        amount = self.facts.amount
        people, organisations = amount("people"), amount("organisations")
        companies, first_timers = amount("companies"), amount("first_timers")
        many = (people or organisations) > 1
        past = self.facts.is_over
        be = ("waren" if past else "sind") if many else "war" if past else "ist"
        said, keys = "", ["people", "organisations", "companies"]
        if people:
            said = f"{self.number(people)} {'Person' if people == 1 else 'Personen'}"
            if organisations:
                of = "einer Organisation" if organisations == 1 else self.organisations()
                said += f" aus {of}"
        elif organisations:
            said = self.organisations()
        if said:
            if companies and companies == organisations > 1:
                said += ", alle davon Unternehmen"
            elif companies:
                said += (
                    f", darunter {'ein' if companies == 1 else self.number(companies)} Unternehmen"
                )
            yield self.sentence(f"beteiligt {be} {said}", *keys)
        if first_timers:
            if first_timers == organisations:
                yield self.sentence(
                    f"zum ersten Mal dabei {'waren' if past else 'sind'} alle Organisationen"
                    if organisations > 1
                    else f"sie {'war' if past else 'ist'} zum ersten Mal dabei",
                    "first_timers",
                )
            else:
                be = ("waren" if past else "sind") if first_timers > 1 else "war" if past else "ist"
                yield self.sentence(
                    f"zum ersten Mal bei einer Mission {be} "
                    f"{self.number(first_timers)} der Organisationen",
                    "first_timers",
                )
        yield from self.programme()

    def organisations(self):
        count = self.facts.amount("organisations")
        return f"{self.number(count)} {'Organisation' if count == 1 else 'Organisationen'}"

    def programme(self):
        every = self.facts.amount("appointments")
        official = self.facts.amount("official_appointments")
        if not every:
            return
        stand = ("standen" if self.facts.is_over else "stehen") if every > 1 else (
            "stand" if self.facts.is_over else "steht"
        )  # fmt: skip
        said = "ein Termin" if every == 1 else f"{self.number(every)} Termine"
        if official and official == every:
            said = (
                "ein offizieller Termin"
                if every == 1
                else f"{self.number(every)} offizielle Termine"
            )
        elif official:
            count = "ein offizieller" if official == 1 else f"{self.number(official)} offizielle"
            said += f", davon {count}"
        yield self.sentence(
            f"auf dem Programm {stand} {said}", "appointments", "official_appointments"
        )

    def agreements_in_words(self, count):
        return (
            "eine Kooperationsvereinbarung"
            if count == 1
            else f"{self.number(count)} Kooperationsvereinbarungen"
        )

    def agreements(self):
        amount = self.facts.amount
        count = amount("agreements")
        if not count:
            return
        said = f"Ergebnis {'ist' if count == 1 else 'sind'} {self.agreements_in_words(count)}"
        fields = self.fields()
        if len(fields) == 1:
            said += f" im Bereich {fields[0][0]}"
        elif fields:
            parts = [f"{self.number(number)} im Bereich {label}" for label, number in fields]
            said += f", davon {self.listed(parts)}"
        yield self.sentence(said, "agreements")
        announced = amount("announced")
        if announced:
            be = "war" if announced == 1 else "waren"
            yield self.sentence(f"angekündigt {be} vor Beginn {self.number(announced)}")
        on_trip, later = amount("signed_on_trip"), amount("signed_later")
        if count == 1 and (on_trip or later):
            when = "während der Mission" if on_trip else "nach der Mission"
            yield self.sentence(f"sie wurde {when} unterzeichnet", "signed_on_trip", "signed_later")
        elif on_trip or later:
            be = "wurde" if (on_trip or later) == 1 else "wurden"
            parts = [f"{self.number(on_trip)} während der Mission"] if on_trip else []
            parts += [f"{self.number(later)} nach der Mission"] if later else []
            yield self.sentence(
                f"unterzeichnet {be} {self.listed(parts)}", "signed_on_trip", "signed_later"
            )
        named = pairs(self.facts.agreements)
        if named:
            among = " unter anderem" if len(named) < count else ""
            said = self.listed([f"{home} mit {foreign}" for home, foreign in named])
            yield self.sentence(f"zusammenarbeiten wollen{among} {said}", "agreements")

    def projects(self):
        count = self.facts.projects_going_on
        if count:
            names, invented = self.projects_named()
            said = "ein Folgeprojekt" if count == 1 else f"{self.number(count)} Folgeprojekte"
            among = ", darunter" if count > MOST_PROJECTS else ":"
            yield self.sentence(
                f"daraus entwickel{'t sich' if count == 1 else 'n sich'} {said}{among} {names}",
                "projects",
                example=invented,
            )
        value, jobs = self.facts.amount("value_confirmed"), self.facts.amount("jobs_confirmed")
        if value or jobs:
            parts = [f"ein Wert von zusammen {say(round(value))} Euro"] if value else []
            if jobs:
                parts.append(
                    "ein Arbeitsplatz" if jobs == 1 else f"{self.number(jobs)} Arbeitsplätze"
                )
            be = "sind" if len(parts) > 1 or (jobs > 1 and not value) else "ist"
            yield self.sentence(
                f"bestätigt {be} bisher {self.listed(parts)}", "value_confirmed", "jobs_confirmed"
            )

    def chain(self):
        earlier = self.facts.earlier
        if earlier:
            said = self.listed([with_dates(one) for one in earlier])
            if len(earlier) == 1:
                said = f"vorausgegangen ist eine frühere Mission: {said}"
            else:
                said = f"vorausgegangen sind {self.number(len(earlier))} frühere Missionen: {said}"
            yield self.sentence(said, example=any(map(is_example, earlier)))
