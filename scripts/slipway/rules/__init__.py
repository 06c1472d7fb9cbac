"""What is judged: one rule is one unit, a pure function of a record of facts."""
