"""Building: the private copy of a checkout, known failures, cibuildwheel, and the repair of wheels."""
