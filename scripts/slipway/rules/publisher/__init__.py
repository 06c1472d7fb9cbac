"""Rules on the run that publishes."""
