"""Pages for those who run the judge."""
