from django.apps import AppConfig


class ExampleConfig(AppConfig):
    """Example data; it has no models of its own."""

    name = "legcrm.example"
    label = "example"
