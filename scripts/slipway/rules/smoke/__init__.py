"""Rules on smoke tests."""
