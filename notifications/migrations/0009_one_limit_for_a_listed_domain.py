from django.conf import settings
from django.db import migrations
from django.db.models import Max, Min


def join_names_below_an_entry(apps, schema_editor):
    """What was kept for each name below `*.example.org` is kept for the entry; the strictest of what was asked stays."""
    of = lambda model: apps.get_model("notifications", model).objects  # noqa: E731
    entries = [entry.lower() for entry in settings.PUSH_HOSTS]
    alone = [f"https://{entry}" for entry in entries if not entry.startswith("*.")]
    for entry in entries:
        if not entry.startswith("*."):
            continue
        below = {"service__startswith": "https://", "service__endswith": entry[1:]}
        of("Device").filter(kind="webpush", **below).exclude(service__in=alone).update(service=f"https://{entry}")
        of("Delivery").filter(channel="webpush", **below).exclude(service__in=alone).update(service=f"https://{entry}")
        limits = of("ServiceLimit").filter(channel="webpush", **below).exclude(service__in=alone)
        if not limits.exists():
            continue
        asked = limits.aggregate(stopped_at=Min("stopped_at"), not_before=Max("not_before"), next_send_at=Max("next_send_at"))
        reason = limits.filter(stopped_at__isnull=False).order_by("stopped_at").values_list("reason", flat=True).first()
        limits.delete()
        of("ServiceLimit").create(channel="webpush", service=f"https://{entry}", reason=reason or "", **asked)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0008_mails_say_no_number")]

    operations = [migrations.RunPython(join_names_below_an_entry, migrations.RunPython.noop)]
