import uuid

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import missions.models.follow_up


class Migration(migrations.Migration):
    dependencies = [
        ("missions", "0007_rights_of_daily_work"),
        ("partners", "0010_consent_for_parliament"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DueDate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
            ],
            options={
                "verbose_name": "day that a follow-up was made for",
                "verbose_name_plural": "days that follow-ups were made for",
                "default_permissions": (),
            },
            bases=(missions.models.follow_up.AboutOne, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalQuestionnaire",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="updated at"
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="version"),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        help_text="Where this is known from, for example a document or an address on the web.",
                        max_length=500,
                        verbose_name="source",
                    ),
                ),
                (
                    "archived_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="archived at"),
                ),
                (
                    "archived_reason",
                    models.CharField(
                        blank=True,
                        editable=False,
                        max_length=300,
                        verbose_name="reason for archiving",
                    ),
                ),
                (
                    "wave",
                    models.CharField(
                        choices=[
                            ("return", "at return"),
                            ("6_months", "after 6 months"),
                            ("12_months", "after 12 months"),
                        ],
                        max_length=10,
                        verbose_name="when asked",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("sent", "sent"),
                            ("answered", "answered, to be confirmed"),
                            ("confirmed", "confirmed"),
                            ("rejected", "rejected"),
                        ],
                        default="sent",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="sent to")),
                (
                    "language",
                    models.CharField(
                        choices=[("de", "Deutsch"), ("en", "English")],
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("nonce", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                (
                    "reminded_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last reminded at"),
                ),
                (
                    "reminders",
                    models.PositiveSmallIntegerField(default=0, verbose_name="reminders"),
                ),
                ("expires_on", models.DateField(verbose_name="open until")),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answered at"),
                ),
                (
                    "satisfaction",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="5 is best.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="satisfaction (1 to 5)",
                    ),
                ),
                (
                    "contracts",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="contracts concluded"
                    ),
                ),
                (
                    "contracts_value_eur",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        verbose_name="value of the contracts (EUR)",
                    ),
                ),
                (
                    "jobs",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="jobs created"),
                ),
                ("remarks", models.TextField(blank=True, verbose_name="remarks")),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="decided at"),
                ),
                (
                    "decision_note",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="note on the decision"
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
            ],
            options={
                "verbose_name": "historical questionnaire",
                "verbose_name_plural": "historical questionnaires",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalQuestionnaireCooperation",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        auto_created=True, blank=True, db_index=True, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="updated at"
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="version"),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("identified", "identified"),
                            ("introduced", "introduced"),
                            ("talks", "in talks"),
                            ("agreed", "agreed"),
                            ("active", "active"),
                            ("dormant", "dormant"),
                            ("ended", "ended"),
                        ],
                        max_length=15,
                        verbose_name="stage",
                    ),
                ),
                ("remark", models.CharField(blank=True, max_length=300, verbose_name="remark")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(
                        choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1
                    ),
                ),
            ],
            options={
                "verbose_name": "historical answer about a cooperation",
                "verbose_name_plural": "historical answers about cooperations",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Questionnaire",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="updated at"
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="version"),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        help_text="Where this is known from, for example a document or an address on the web.",
                        max_length=500,
                        verbose_name="source",
                    ),
                ),
                (
                    "archived_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="archived at"),
                ),
                (
                    "archived_reason",
                    models.CharField(
                        blank=True,
                        editable=False,
                        max_length=300,
                        verbose_name="reason for archiving",
                    ),
                ),
                (
                    "wave",
                    models.CharField(
                        choices=[
                            ("return", "at return"),
                            ("6_months", "after 6 months"),
                            ("12_months", "after 12 months"),
                        ],
                        max_length=10,
                        verbose_name="when asked",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("sent", "sent"),
                            ("answered", "answered, to be confirmed"),
                            ("confirmed", "confirmed"),
                            ("rejected", "rejected"),
                        ],
                        default="sent",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="sent to")),
                (
                    "language",
                    models.CharField(
                        choices=[("de", "Deutsch"), ("en", "English")],
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("nonce", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                (
                    "reminded_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last reminded at"),
                ),
                (
                    "reminders",
                    models.PositiveSmallIntegerField(default=0, verbose_name="reminders"),
                ),
                ("expires_on", models.DateField(verbose_name="open until")),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answered at"),
                ),
                (
                    "satisfaction",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="5 is best.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="satisfaction (1 to 5)",
                    ),
                ),
                (
                    "contracts",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="contracts concluded"
                    ),
                ),
                (
                    "contracts_value_eur",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        verbose_name="value of the contracts (EUR)",
                    ),
                ),
                (
                    "jobs",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="jobs created"),
                ),
                ("remarks", models.TextField(blank=True, verbose_name="remarks")),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="decided at"),
                ),
                (
                    "decision_note",
                    models.CharField(
                        blank=True, max_length=300, verbose_name="note on the decision"
                    ),
                ),
            ],
            options={
                "verbose_name": "questionnaire",
                "verbose_name_plural": "questionnaires",
                "ordering": ["-answered_at", "-sent_at", "-pk"],
                "abstract": False,
                "default_permissions": ("add", "change", "delete", "view", "export", "import"),
            },
        ),
        migrations.CreateModel(
            name="QuestionnaireCooperation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="updated at"
                    ),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="version"),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("identified", "identified"),
                            ("introduced", "introduced"),
                            ("talks", "in talks"),
                            ("agreed", "agreed"),
                            ("active", "active"),
                            ("dormant", "dormant"),
                            ("ended", "ended"),
                        ],
                        max_length=15,
                        verbose_name="stage",
                    ),
                ),
                ("remark", models.CharField(blank=True, max_length=300, verbose_name="remark")),
            ],
            options={
                "verbose_name": "answer about a cooperation",
                "verbose_name_plural": "answers about cooperations",
                "ordering": ["pk"],
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="agreement",
            name="planned_on",
            field=models.DateField(
                blank=True,
                help_text="When it was first planned or announced; empty where that is not known.",
                null=True,
                verbose_name="planned since",
            ),
        ),
        migrations.AddField(
            model_name="cooperation",
            name="ended_reason",
            field=models.CharField(blank=True, max_length=300, verbose_name="why it ended"),
        ),
        migrations.AddField(
            model_name="historicalagreement",
            name="planned_on",
            field=models.DateField(
                blank=True,
                help_text="When it was first planned or announced; empty where that is not known.",
                null=True,
                verbose_name="planned since",
            ),
        ),
        migrations.AddField(
            model_name="historicalcooperation",
            name="ended_reason",
            field=models.CharField(blank=True, max_length=300, verbose_name="why it ended"),
        ),
        migrations.AddField(
            model_name="historicalmission",
            name="asks_participants",
            field=models.BooleanField(
                default=False,
                help_text="Send questionnaires by e-mail after the return, after 6 and after 12 months.",
                verbose_name="ask participants afterwards",
            ),
        ),
        migrations.AddField(
            model_name="historicalmission",
            name="funding_source",
            field=models.CharField(
                blank=True,
                help_text="Budget title or programme.",
                max_length=200,
                verbose_name="source of funding",
            ),
        ),
        migrations.AddField(
            model_name="historicalmission",
            name="selection_procedure",
            field=models.TextField(
                blank=True,
                help_text="Call, criteria, who decided: as it may be said in public.",
                verbose_name="how the delegation was selected",
            ),
        ),
        migrations.AddField(
            model_name="historicalproject",
            name="look_again_on",
            field=models.DateField(
                blank=True,
                help_text="When a project on hold or dropped is worth another look.",
                null=True,
                verbose_name="look again on",
            ),
        ),
        migrations.AddField(
            model_name="historicalproject",
            name="noted_on",
            field=models.DateField(
                blank=True,
                help_text="When the idea came up; empty where that is not known.",
                null=True,
                verbose_name="first noted on",
            ),
        ),
        migrations.AddField(
            model_name="mission",
            name="asks_participants",
            field=models.BooleanField(
                default=False,
                help_text="Send questionnaires by e-mail after the return, after 6 and after 12 months.",
                verbose_name="ask participants afterwards",
            ),
        ),
        migrations.AddField(
            model_name="mission",
            name="funding_source",
            field=models.CharField(
                blank=True,
                help_text="Budget title or programme.",
                max_length=200,
                verbose_name="source of funding",
            ),
        ),
        migrations.AddField(
            model_name="mission",
            name="selection_procedure",
            field=models.TextField(
                blank=True,
                help_text="Call, criteria, who decided: as it may be said in public.",
                verbose_name="how the delegation was selected",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="look_again_on",
            field=models.DateField(
                blank=True,
                help_text="When a project on hold or dropped is worth another look.",
                null=True,
                verbose_name="look again on",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="noted_on",
            field=models.DateField(
                blank=True,
                help_text="When the idea came up; empty where that is not known.",
                null=True,
                verbose_name="first noted on",
            ),
        ),
        migrations.AddField(
            model_name="duedate",
            name="agreement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="due_dates",
                to="missions.agreement",
            ),
        ),
        migrations.AddField(
            model_name="duedate",
            name="follow_up",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="due_dates",
                to="missions.followup",
            ),
        ),
        migrations.AddField(
            model_name="duedate",
            name="project",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="due_dates",
                to="missions.project",
            ),
        ),
        migrations.AddField(
            model_name="historicalquestionnaire",
            name="archived_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="archived by",
            ),
        ),
        migrations.AddField(
            model_name="historicalquestionnaire",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="created by",
            ),
        ),
        migrations.AddField(
            model_name="historicalquestionnaire",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="historicalquestionnaire",
            name="history_user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalquestionnaire",
            name="participation",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="missions.participation",
                verbose_name="participation",
            ),
        ),
        migrations.AddField(
            model_name="historicalquestionnaire",
            name="updated_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="updated by",
            ),
        ),
        migrations.AddField(
            model_name="historicalquestionnairecooperation",
            name="cooperation",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="missions.cooperation",
                verbose_name="cooperation",
            ),
        ),
        migrations.AddField(
            model_name="historicalquestionnairecooperation",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="created by",
            ),
        ),
        migrations.AddField(
            model_name="historicalquestionnairecooperation",
            name="history_user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="historicalquestionnairecooperation",
            name="updated_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="updated by",
            ),
        ),
        migrations.AddField(
            model_name="questionnaire",
            name="archived_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="archived by",
            ),
        ),
        migrations.AddField(
            model_name="questionnaire",
            name="created_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="created by",
            ),
        ),
        migrations.AddField(
            model_name="questionnaire",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="questionnaire",
            name="participation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="questionnaires",
                to="missions.participation",
                verbose_name="participation",
            ),
        ),
        migrations.AddField(
            model_name="questionnaire",
            name="updated_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="updated by",
            ),
        ),
        migrations.AddField(
            model_name="historicalquestionnairecooperation",
            name="questionnaire",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="missions.questionnaire",
            ),
        ),
        migrations.AddField(
            model_name="questionnairecooperation",
            name="cooperation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="questionnaire_answers",
                to="missions.cooperation",
                verbose_name="cooperation",
            ),
        ),
        migrations.AddField(
            model_name="questionnairecooperation",
            name="created_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="created by",
            ),
        ),
        migrations.AddField(
            model_name="questionnairecooperation",
            name="questionnaire",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="cooperation_answers",
                to="missions.questionnaire",
            ),
        ),
        migrations.AddField(
            model_name="questionnairecooperation",
            name="updated_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="updated by",
            ),
        ),
        migrations.AddConstraint(
            model_name="duedate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agreement__isnull", False), ("project__isnull", True)),
                    models.Q(("agreement__isnull", True), ("project__isnull", False)),
                    _connector="OR",
                ),
                name="missions_duedate_exactly_one_target",
                violation_error_message="A day is that of exactly one record.",
            ),
        ),
        migrations.AddConstraint(
            model_name="duedate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("agreement__isnull", False)),
                fields=("agreement", "day"),
                name="missions_duedate_agreement_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="duedate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("project__isnull", False)),
                fields=("project", "day"),
                name="missions_duedate_project_once",
            ),
        ),
        migrations.AddIndex(
            model_name="questionnaire",
            index=models.Index(fields=["status", "wave"], name="missions_qu_status_1ffd4a_idx"),
        ),
        migrations.AddConstraint(
            model_name="questionnaire",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("archived_at__isnull", True), ("archived_reason__gt", ""), _connector="OR"
                ),
                name="missions_questionnaire_archived_with_reason",
                violation_error_message="Say why the record is archived.",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionnaire",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("status", "sent")),
                    models.Q(
                        models.Q(("status", "sent"), _negated=True), ("answered_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="missions_questionnaire_answered",
                violation_error_message="What was not answered can't be confirmed or rejected.",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionnaire",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["sent", "answered"]),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="missions_questionnaire_decided_by",
                violation_error_message="An answer is confirmed or rejected by somebody.",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionnaire",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("satisfaction__isnull", True),
                    models.Q(("satisfaction__gte", 1), ("satisfaction__lte", 5)),
                    _connector="OR",
                ),
                name="missions_questionnaire_satisfaction",
                violation_error_message="Satisfaction goes from 1 to 5.",
            ),
        ),
        migrations.AddConstraint(
            model_name="questionnaire",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("contracts_value_eur__isnull", True),
                    ("contracts_value_eur__gte", 0),
                    _connector="OR",
                ),
                name="missions_questionnaire_money",
                violation_error_message="Amounts can't be negative.",
            ),
        ),
    ]
