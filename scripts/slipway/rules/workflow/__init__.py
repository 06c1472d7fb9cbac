"""Rules on the caller's workflows."""
