"""`replay`: the answers of many couples and days from the database, beside the arithmetic on them."""
