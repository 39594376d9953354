from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("missions", "0009_rights_and_reasons")]

    operations = [
        migrations.AddConstraint(
            model_name="cooperation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage", "ended"), _negated=True),
                    ("ended_reason__gt", ""),
                    _connector="OR",
                ),
                name="missions_cooperation_ended_with_reason",
                violation_error_message="Say why the cooperation ended.",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage", "on_hold"), _negated=True),
                    ("drop_reason__gt", ""),
                    _connector="OR",
                ),
                name="missions_project_on_hold_with_reason",
                violation_error_code="drop_reason",
                violation_error_message="Say why the project is on hold.",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage__in", ["on_hold", "dropped"]), _negated=True),
                    ("look_again_on__isnull", False),
                    _connector="OR",
                ),
                name="missions_project_look_again",
                violation_error_code="look_again_on",
                violation_error_message="Enter the day on which the project is to be looked at again.",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage__in", ["completed"]), _negated=True),
                    ("confirmed_by__gt", ""),
                    _connector="OR",
                ),
                name="missions_project_needs_confirmed_by",
                violation_error_code="confirmed_by",
                violation_error_message="From the stage “completed” on the project needs the name of whoever confirmed its result.",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage__in", ["completed"]), _negated=True),
                    ("confirmed_evidence__gt", ""),
                    _connector="OR",
                ),
                name="missions_project_needs_confirmed_evidence",
                violation_error_code="confirmed_evidence",
                violation_error_message="From the stage “completed” on the project needs evidence of its result.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="project",
            name="missions_project_confirmed_with_evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("jobs_confirmed__isnull", True), ("value_confirmed_eur__isnull", True)
                    ),
                    models.Q(
                        ("confirmed_by__gt", ""),
                        ("confirmed_evidence__gt", ""),
                        ("confirmed_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="missions_project_confirmed_with_evidence",
                violation_error_code="confirmed_on",
                violation_error_message="Confirmed figures need the date, who confirmed them, and the evidence.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="project",
            name="missions_project_dropped_with_reason",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage", "dropped"), _negated=True),
                    ("drop_reason__gt", ""),
                    _connector="OR",
                ),
                name="missions_project_dropped_with_reason",
                violation_error_code="drop_reason",
                violation_error_message="Say why the project was dropped.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="project",
            name="missions_project_needs_country",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("stage__in", ["qualified", "negotiation", "implementation", "completed"]),
                        _negated=True,
                    ),
                    ("country__gt", ""),
                    _connector="OR",
                ),
                name="missions_project_needs_country",
                violation_error_code="country",
                violation_error_message="From the stage “qualified” on the project needs a country.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="project",
            name="missions_project_needs_sector",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("stage__in", ["qualified", "negotiation", "implementation", "completed"]),
                        _negated=True,
                    ),
                    ("sector__isnull", False),
                    _connector="OR",
                ),
                name="missions_project_needs_sector",
                violation_error_code="sector",
                violation_error_message="From the stage “qualified” on the project needs a sector.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="project",
            name="missions_project_needs_next_step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("stage__in", ["negotiation", "implementation", "completed"]), _negated=True
                    ),
                    ("next_step__gt", ""),
                    _connector="OR",
                ),
                name="missions_project_needs_next_step",
                violation_error_code="next_step",
                violation_error_message="From the stage “negotiation” on the project needs a next step.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="project",
            name="missions_project_needs_value_forecast_eur",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("stage__in", ["negotiation", "implementation", "completed"]), _negated=True
                    ),
                    ("value_forecast_eur__isnull", False),
                    _connector="OR",
                ),
                name="missions_project_needs_value_forecast_eur",
                violation_error_code="value_forecast_eur",
                violation_error_message="From the stage “negotiation” on the project needs a forecast of its value.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="project",
            name="missions_project_needs_starts_on",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage__in", ["implementation", "completed"]), _negated=True),
                    ("starts_on__isnull", False),
                    _connector="OR",
                ),
                name="missions_project_needs_starts_on",
                violation_error_code="starts_on",
                violation_error_message="From the stage “implementation” on the project needs the day on which it starts.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="project",
            name="missions_project_needs_ends_on",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage__in", ["completed"]), _negated=True),
                    ("ends_on__isnull", False),
                    _connector="OR",
                ),
                name="missions_project_needs_ends_on",
                violation_error_code="ends_on",
                violation_error_message="From the stage “completed” on the project needs the day on which it ends.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="project",
            name="missions_project_needs_confirmed_on",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stage__in", ["completed"]), _negated=True),
                    ("confirmed_on__isnull", False),
                    _connector="OR",
                ),
                name="missions_project_needs_confirmed_on",
                violation_error_code="confirmed_on",
                violation_error_message="From the stage “completed” on the project needs the day on which its result was confirmed.",
            ),
        ),
    ]
