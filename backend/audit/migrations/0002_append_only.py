"""Rows of the log are added and never changed: a trigger refuses it to everybody, and the application's own role has no right to."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION audit_disclosure_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the disclosure log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_disclosure_stands BEFORE UPDATE OR DELETE ON audit_disclosure
    FOR EACH STATEMENT EXECUTE FUNCTION audit_disclosure_stands();
REVOKE UPDATE, DELETE, TRUNCATE ON audit_disclosure FROM PUBLIC, CURRENT_USER;
"""
ALLOW = """
GRANT UPDATE, DELETE, TRUNCATE ON audit_disclosure TO CURRENT_USER;
DROP TRIGGER audit_disclosure_stands ON audit_disclosure;
DROP FUNCTION audit_disclosure_stands();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(REFUSE, ALLOW),
    ]
