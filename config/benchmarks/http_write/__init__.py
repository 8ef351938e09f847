"""`http` write: keeping one check-in, against plain REST framework (the peer) and one bare statement (the floor)."""
