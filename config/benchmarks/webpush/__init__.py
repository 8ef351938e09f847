"""`webpush`: encrypting, signing and sending small messages to a push service that takes everything."""
