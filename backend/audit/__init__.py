"""Who outside a couple read what of it, and the only way to be let in: no row, no data."""
