"""`queue`: what the broker and Celery cost beside the encryption of what they bring about."""
