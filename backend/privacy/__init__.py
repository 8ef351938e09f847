"""Taking one's data away: export and erasure, one provider per app."""
