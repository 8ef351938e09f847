"""What a therapist is shown of couples: the caseload, and one couple's weeks. Everything here needs a Grant of `backend.audit`."""
