"""The endpoints of those who run the judge."""
