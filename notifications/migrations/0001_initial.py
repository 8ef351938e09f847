import datetime
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('webpush', 'Webpush'), ('memory', 'Memory')], max_length=10)),
                ('service', models.CharField(help_text='Whose service is called: what is slowed down or stopped as one.', max_length=300)),
                ('endpoint', models.CharField(blank=True, max_length=2048)),
                ('endpoint_hash', models.BinaryField(max_length=32)),
                ('p256dh', models.CharField(blank=True, max_length=128)),
                ('auth', models.CharField(blank=True, max_length=128)),
                ('name', models.CharField(blank=True, max_length=60)),
                ('created_at', models.DateTimeField()),
                ('last_seen_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_reason', models.CharField(blank=True, max_length=30)),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('reminders_on', models.BooleanField(default=True)),
                ('reminder_time', models.TimeField(default=datetime.time(20, 0))),
                ('quiet_from', models.TimeField(default=datetime.time(22, 0))),
                ('quiet_until', models.TimeField(default=datetime.time(7, 0))),
                ('prompts_muted_until', models.DateTimeField(null=True)),
                ('email_on', models.BooleanField(default=False)),
                ('next_reminder_at', models.DateTimeField(null=True)),
                ('next_reminder_day', models.DateField(null=True)),
                ('last_reminder_at', models.DateTimeField(null=True)),
                ('last_reminder_day', models.DateField(null=True)),
                ('ignored_in_a_row', models.PositiveSmallIntegerField(default=0)),
                ('computed_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('next_reminder_at__isnull', False)), fields=['next_reminder_at'], name='reminder_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('next_reminder_at', None), ('next_reminder_day', None)), models.Q(('next_reminder_at__isnull', False), ('next_reminder_day__isnull', False), ('reminders_on', True)), _connector='OR'), name='next_reminder_has_a_day'), models.CheckConstraint(condition=models.Q(models.Q(('last_reminder_at', None), ('last_reminder_day', None)), models.Q(('last_reminder_at__isnull', False), ('last_reminder_day__isnull', False)), _connector='OR'), name='last_reminder_has_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Prompt',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('occasion', models.UUIDField()),
                ('about_couple', models.BigIntegerField(null=True)),
                ('item', models.CharField(max_length=60)),
                ('version', models.PositiveIntegerField()),
                ('voice', models.CharField(choices=[('reaching', 'Reaching'), ('making_room', 'Making Room'), ('either', 'Either'), ('solo', 'Solo')], max_length=11)),
                ('language', models.CharField(max_length=8)),
                ('day', models.DateField(help_text="The person's own day of the slot.")),
                ('slot_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('reaction', models.CharField(choices=[('helped', 'Helped'), ('not_now', 'Not Now'), ('did_not_fit', 'Did Not Fit')], max_length=11, null=True)),
                ('reacted_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ReminderSlot',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('answered', 'Answered'), ('sent', 'Sent'), ('expired', 'Expired'), ('suppressed', 'Suppressed'), ('cancelled', 'Cancelled'), ('undeliverable', 'Undeliverable'), ('failed', 'Failed')], default='open', max_length=13)),
                ('reason', models.CharField(blank=True, max_length=30)),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('prompt', 'Prompt'), ('reminder', 'Reminder'), ('test', 'Test')], max_length=8)),
                ('channel', models.CharField(max_length=20)),
                ('service', models.CharField(max_length=300)),
                ('collapse_key', models.CharField(max_length=32)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Failed'), ('expired', 'Expired'), ('cancelled', 'Cancelled'), ('undeliverable', 'Undeliverable'), ('suppressed', 'Suppressed')], default='queued', max_length=13)),
                ('reason', models.CharField(blank=True, max_length=40)),
                ('due_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('lease_token', models.UUIDField(null=True)),
                ('leased_until', models.DateTimeField(null=True)),
                ('handed_over_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('device', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notifications.device')),
                ('prompt', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notifications.prompt')),
                ('slot', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notifications.reminderslot')),
            ],
        ),
        migrations.CreateModel(
            name='AnswerToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hash', models.BinaryField(max_length=32, unique=True)),
                ('day', models.DateField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('spent_at', models.DateTimeField(null=True)),
                ('check_in_client_id', models.UUIDField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notifications.device')),
                ('slot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='notifications.reminderslot')),
            ],
        ),
        migrations.CreateModel(
            name='ServiceLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20)),
                ('service', models.CharField(max_length=300)),
                ('not_before', models.DateTimeField(null=True)),
                ('stopped_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=40)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('channel', 'service'), name='one_limit_per_service')],
            },
        ),
        migrations.AddIndex(
            model_name='device',
            index=models.Index(condition=models.Q(('revoked_at', None)), fields=['person'], name='live_devices_of_person'),
        ),
        migrations.AddIndex(
            model_name='device',
            index=models.Index(fields=['person', 'created_at'], name='devices_of_person'),
        ),
        migrations.AddIndex(
            model_name='device',
            index=models.Index(fields=['service', 'revoked_at'], name='devices_of_service'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('endpoint_hash',), name='one_live_device_per_endpoint'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_reason', ''), models.Q(('endpoint', ''), _negated=True)), models.Q(('auth', ''), ('endpoint', ''), ('p256dh', ''), ('revoked_at__isnull', False), models.Q(('revoked_reason', ''), _negated=True)), _connector='OR'), name='a_revoked_device_keeps_no_address'),
        ),
        migrations.AddIndex(
            model_name='prompt',
            index=models.Index(fields=['person', '-slot_at'], name='prompts_of_person'),
        ),
        migrations.AddIndex(
            model_name='prompt',
            index=models.Index(condition=models.Q(('about_couple__isnull', False), ('cancelled_at', None)), fields=['about_couple'], name='prompts_about_couple'),
        ),
        migrations.AddConstraint(
            model_name='prompt',
            constraint=models.UniqueConstraint(fields=('occasion', 'person'), name='one_prompt_per_occasion'),
        ),
        migrations.AddConstraint(
            model_name='prompt',
            constraint=models.UniqueConstraint(condition=models.Q(('cancelled_at', None)), fields=('person', 'day'), name='one_prompt_per_person_and_day'),
        ),
        migrations.AddConstraint(
            model_name='prompt',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('slot_at'))), name='prompt_expires_after_its_slot'),
        ),
        migrations.AddConstraint(
            model_name='prompt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reacted_at', None), ('reaction', None)), models.Q(('reacted_at__isnull', False), ('reaction__isnull', False)), _connector='OR'), name='a_reaction_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='reminderslot',
            constraint=models.UniqueConstraint(fields=('person', 'day'), name='one_reminder_per_person_and_day'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['due_at'], name='delivery_due'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['expires_at'], name='delivery_stale'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'sending')), fields=['leased_until'], name='delivery_lapsed'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_token__isnull', False), ('leased_until__isnull', False), ('state', 'sending')), models.Q(models.Q(('state', 'sending'), _negated=True), ('lease_token', None), ('leased_until', None)), _connector='OR'), name='only_sending_holds_a_lease'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('handed_over_at__isnull', False), ('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at', None)), _connector='OR'), name='only_sent_has_a_sending_time'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('sent_at', None), ('handed_over_at__lt', models.F('expires_at')), _connector='OR'), name='never_sent_stale'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'prompt'), ('prompt__isnull', False), ('slot', None)), models.Q(('kind', 'reminder'), ('prompt', None), ('slot__isnull', False)), models.Q(('kind', 'test'), ('prompt', None), ('slot', None)), _connector='OR'), name='delivery_brings_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('prompt__isnull', False)), fields=('prompt', 'channel', 'device'), name='one_delivery_of_a_prompt', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('slot__isnull', False)), fields=('slot', 'channel', 'device'), name='one_delivery_of_a_reminder', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='answertoken',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('check_in_client_id', None), ('spent_at', None)), models.Q(('check_in_client_id__isnull', False), ('spent_at__isnull', False)), _connector='OR'), name='a_spent_token_says_for_what'),
        ),
    ]
