"""`due`: claiming everyone whose reminder is due, among a million people."""
