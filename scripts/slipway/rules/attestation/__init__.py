"""Rules on attestations."""
