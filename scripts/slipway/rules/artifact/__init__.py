"""Rules that hold for sdists and for wheels."""
