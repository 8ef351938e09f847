"""`assess`: one closed day of a million couples, beside the memory it must move and a plain loop."""
