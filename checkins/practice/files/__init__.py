"""What a therapist takes along of a couple: a table, a record for another system, and a sheet for a session.

The same as the page about the couple shows, by the same Grant, and with its row in the log when it leaves.
"""
