"""The form of an appointment: hours are entered and shown in the zone of its stop."""

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSplitDateTimeWidget

from legcrm.core.forms import RecordForm

from ..models import Appointment, Mission, Stop
from ..timezones import is_ambiguous_or_missing, zone


class MinuteWidget(UnfoldAdminSplitDateTimeWidget):
    """Day and hour, without seconds."""

    def __init__(self, attrs=None):
        super().__init__(attrs)
        # Nobody plans or logs by the second.
        self.widgets[1].format = "%H:%M"


class LocalDateTimeField(forms.SplitDateTimeField):
    """Day and hour of a place that the form knows: naive in and out, where Django would take the
    zone of the server."""

    widget = MinuteWidget

    def compress(self, data_list):
        if not data_list:
            return None
        day, hour = data_list
        if day in self.empty_values:
            raise ValidationError(self.error_messages["invalid_date"], code="invalid_date")
        if hour in self.empty_values:
            raise ValidationError(self.error_messages["invalid_time"], code="invalid_time")
        return datetime.combine(day, hour)


class StopChoiceField(forms.ModelChoiceField):
    # Off where the form already knows the mission.
    names_mission = True

    def label_from_instance(self, stop):
        return f"{stop.city} · {stop.mission}" if self.names_mission else stop.city


class AppointmentForm(RecordForm):
    LOCAL_FIELDS = ("starts_at", "ends_at")

    starts_at = LocalDateTimeField(
        label=_("starts at"), help_text=_("Local time of the stop."), required=True
    )
    ends_at = LocalDateTimeField(label=_("ends at"), required=True)

    class Meta:
        model = Appointment
        fields = "__all__"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.LOCAL_FIELDS:
            instant = getattr(self.instance, name)
            if isinstance(instant, datetime):
                local = timezone.localtime(instant, self._zone(self._stop_of_instance()))
                self.initial[name] = local.replace(tzinfo=None)
            else:  # what an address may bring along is text
                self.initial.pop(name, None)
        self.mission_id = self._chosen_mission()
        if "stop" in self.fields:
            self._offer_stops()
        if self.mission_id and "participations" in self.fields:
            # Read by the admin of participations: only those of this mission are offered.
            widget = self.fields["participations"].widget
            getattr(widget, "widget", widget).mission_id = self.mission_id

    def _stop_of_instance(self):
        # A state out of the history may name a stop that is gone.
        try:
            return self.instance.stop
        except Stop.DoesNotExist:
            return None

    def _chosen_mission(self):
        value = self.data.get(self.add_prefix("mission")) if self.is_bound else None
        value = value or self.instance.mission_id or self.initial.get("mission")
        return int(value) if str(value or "").isdecimal() else None

    def _offer_stops(self):
        """Offer the stops of the mission; before one is chosen, those of missions under way."""
        stops = Stop.objects.select_related("mission").order_by("-mission__starts_on", "position")
        if self.mission_id:
            # The stop so far stays a valid choice: the model says why it no longer fits.
            self.fields["stop"].names_mission = False
            stops = stops.filter(mission__in={self.mission_id, self.instance.mission_id} - {None})
        else:
            stops = stops.filter(mission__in=Mission.objects.active().in_preparation())
        self.fields["stop"].queryset = stops

    @staticmethod
    def _zone(stop):
        return zone(stop.timezone) if stop else timezone.get_default_timezone()

    def clean(self):
        cleaned = super().clean()
        place = self._zone(cleaned.get("stop"))
        for name in self.LOCAL_FIELDS:
            if cleaned.get(name):
                self._clean_local(cleaned, name, place)
        if "participations" in cleaned:
            self.instance.shall_go = list(cleaned["participations"])
        return cleaned

    def _clean_local(self, cleaned, name, place):
        local = cleaned[name].replace(tzinfo=place)
        if is_ambiguous_or_missing(local):
            self.add_error(
                name,
                ValidationError(
                    _(
                        "The clock changes that night in %(place)s: %(hour)s does not exist or "
                        "comes twice. Choose an hour before or after."
                    ),
                    code="clock_change",
                    params={"place": place.key, "hour": date_format(cleaned[name], "H:i")},
                ),
            )
        else:
            cleaned[name] = local
