"""Demo mode only: sign-ins, the mails that would have been sent, and a clock that can move to tomorrow morning."""
