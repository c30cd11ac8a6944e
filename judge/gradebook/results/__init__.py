"""What came of it: the gradebook, hand-given marks, tables and pages."""
