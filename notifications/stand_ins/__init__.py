"""Local doubles of the outside world, for tests, the story and demo mode.

They speak the real protocols over real sockets on this machine only: a push service with its
own certificate authority, and a mail server that keeps what it is given.
"""
