"""The sentences of a press text in English."""

from django.utils.formats import date_format

from legcrm.core.dates import DatePrecision, season

from ..balance import say
from ..balance_documents import country_names, is_example, with_dates
from ..models import Mission
from .facts import MOST_PROJECTS, Words, pairs


class English(Words):
    numbers = (
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    )  # fmt: skip
    conjunction = "and"
    example = "example data"
    draft = "DRAFT – to be checked and approved before publication"
    to_check = "To be checked (not for publication)"
    remarks = [
        "All numbers are those of the balance of the mission; what is not known there is left out.",
        "[example data] stands behind what is invented: such sentences must not go out.",
        "Names of places, offices and projects stand as they were entered, mostly in German.",
    ]
    kinds = {
        Mission.Kind.DELEGATION_TRIP: ("a", "delegation trip"),
        Mission.Kind.BUSINESS_TRIP: ("a", "business trip"),
        Mission.Kind.ONLINE_MISSION: ("an", "online mission"),
        Mission.Kind.INFORMATION_EVENT: ("an", "information event"),
        Mission.Kind.TRADE_FAIR: ("a", "trade fair presentation"),
        Mission.Kind.INBOUND_VISIT: ("a", "delegation visit"),
    }

    def counted(self, count, one, many):
        return f"{self.number(count)} {one if count == 1 else many}"

    def be(self, count):
        if self.facts.is_over:
            return "was" if count == 1 else "were"
        return "is" if count == 1 else "are"

    def event(self):
        a, kind = self.kinds[Mission.Kind(self.mission.kind)]
        title = self.mission.title
        if title.casefold().startswith(kind):
            name = f"the {title[0].lower()}{title[1:]}"
        else:
            name = f"{a} {kind} entitled “{title}”"
        invented = is_example(self.mission)
        if self.mission.status == Mission.Status.CANCELLED:
            yield self.sentence(f"“{title}” has been cancelled", example=invented)
            return
        takes = "took place" if self.facts.is_over else "takes place"
        yield self.sentence(f"{name} {takes} {self.when()}", example=invented)
        if self.facts.heads:
            yield self.sentence(f"it {self.be(1)} led by {self.listed(self.facts.heads)}")
        yield from self.places()

    def when(self):
        start, end = self.mission.starts_on, self.mission.ends_on
        match self.mission.date_precision:
            case DatePrecision.YEAR:
                return f"in {start.year}"
            case DatePrecision.SEASON:
                return f"in {season(start)} {start.year}"
            case DatePrecision.MONTH:
                return f"in {date_format(start, 'F Y')}"
        last = date_format(end or start, "j F Y")
        if end is None or end == start:
            return f"on {last}"
        if (start.year, start.month) == (end.year, end.month):
            return f"from {start.day} to {last}"
        return f"from {date_format(start, 'j F' if start.year == end.year else 'j F Y')} to {last}"

    def places(self):
        cities = list(dict.fromkeys(stop.city for stop in self.mission.stops.all()))
        names = country_names(self.mission)
        if cities:
            stops = "stops" if len(cities) > 1 else "stop"
            said = f"the {stops} {self.be(len(cities))} {self.listed(cities)}"
            yield self.sentence(f"{said} ({', '.join(names)})")
        elif names:
            yield self.sentence(f"the focus {self.be(1)} on {self.listed(names)}")

    def participants(self):
        amount = self.facts.amount
        people, organisations = amount("people"), amount("organisations")
        companies, first_timers = amount("companies"), amount("first_timers")
        take = (
            "took" if self.facts.is_over else "takes" if (people or organisations) == 1 else "take"
        )
        of = self.counted(organisations, "organisation", "organisations")
        said = ""
        if people:
            said = self.counted(people, "person", "people")
            if organisations:
                said += f" from {of}"
        elif organisations:
            said = of
        if said:
            if companies and companies == organisations > 1:
                said += ", all of them companies,"
            elif companies:
                said += f", {self.counted(companies, 'company', 'companies')} among them,"
            yield self.sentence(f"{said} {take} part", "people", "organisations", "companies")
        if first_timers:
            if first_timers == organisations:
                who = "all of the organisations" if organisations > 1 else "it"
            else:
                who = f"{self.number(first_timers)} of the organisations"
            yield self.sentence(
                f"{who} {self.be(first_timers)} on a mission for the first time", "first_timers"
            )
        yield from self.programme()

    def programme(self):
        every = self.facts.amount("appointments")
        official = self.facts.amount("official_appointments")
        if not every:
            return
        said = self.counted(every, "appointment", "appointments")
        if official and official == every:
            said = self.counted(every, "official appointment", "official appointments")
        elif official:
            said += f", {self.number(official)} of them official"
        yield self.sentence(
            f"the programme {'held' if self.facts.is_over else 'holds'} {said}",
            "appointments",
            "official_appointments",
        )

    def agreements_in_words(self, count):
        return self.counted(count, "cooperation agreement", "cooperation agreements")

    def agreements(self):
        amount = self.facts.amount
        count = amount("agreements")
        if not count:
            return
        said = self.agreements_in_words(count)
        fields = self.fields()
        if len(fields) == 1:
            said += f" in the field “{fields[0][0]}”"
        elif fields:
            parts = [f"{self.number(number)} in the field “{label}”" for label, number in fields]
            said += f": {self.listed(parts)}"
        yield self.sentence(f"the result is {said}", "agreements")
        announced = amount("announced")
        if announced:
            be = "was" if announced == 1 else "were"
            yield self.sentence(f"{self.number(announced)} {be} announced beforehand")
        on_trip, later = amount("signed_on_trip"), amount("signed_later")
        if count == 1 and (on_trip or later):
            when = "during the mission" if on_trip else "after the mission"
            yield self.sentence(f"it was signed {when}", "signed_on_trip", "signed_later")
        elif on_trip or later:
            be = "was" if (on_trip or later) == 1 else "were"
            parts = [f"{self.number(on_trip)} {be} signed during the mission"] if on_trip else []
            if later:
                signed = "" if on_trip else f" {be} signed"
                parts.append(f"{self.number(later)}{signed} after the mission")
            yield self.sentence(self.listed(parts), "signed_on_trip", "signed_later")
        named = pairs(self.facts.agreements)
        if named:
            among = ", among others" if len(named) < count else ""
            said = self.listed([f"{home} with {foreign}" for home, foreign in named])
            yield self.sentence(f"those who want to cooperate are{among}: {said}", "agreements")

    def projects(self):
        count = self.facts.projects_going_on
        if count:
            names, invented = self.projects_named()
            said = self.counted(count, "follow-up project is", "follow-up projects are")
            among = ", among them" if count > MOST_PROJECTS else ":"
            yield self.sentence(
                f"{said} growing out of it{among} {names}", "projects", example=invented
            )
        value, jobs = self.facts.amount("value_confirmed"), self.facts.amount("jobs_confirmed")
        if value or jobs:
            parts = [f"a value of {say(round(value))} euros in all"] if value else []
            parts += [self.counted(jobs, "job", "jobs")] if jobs else []
            yield self.sentence(
                f"confirmed so far: {self.listed(parts)}", "value_confirmed", "jobs_confirmed"
            )

    def chain(self):
        earlier = self.facts.earlier
        if earlier:
            said = self.listed([with_dates(one) for one in earlier])
            of = self.counted(len(earlier), "earlier mission", "earlier missions")
            yield self.sentence(f"it builds on {of}: {said}", example=any(map(is_example, earlier)))
