"""The endpoints of /api/v1, one resource a file. Each file ends with the rows that it adds to the route table."""
