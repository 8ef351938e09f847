"""`read`: a dashboard, beside the plain way to send the same rows and beside fetching them."""
