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
                violation_error_message="Enter the day on which the project is to be looked at again.",
            ),
        ),
    ]
