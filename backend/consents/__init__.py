"""What each person chose to share and receive, and when they held it back."""
