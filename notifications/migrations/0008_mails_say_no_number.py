import uuid

import django.contrib.postgres.functions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0007_devices_know_who_took_messages")]

    operations = [
        migrations.AddField(
            model_name="preference",
            name="mail_mark",
            field=models.UUIDField(
                default=uuid.uuid4,
                # The database draws one for each row that is there.
                db_default=django.contrib.postgres.functions.RandomUUID(),
                unique=True,
                help_text="Stands for the person in their mails, which say no number.",
            ),
        ),
    ]
