"""Between what Judge0 says and what the judge says. Pure."""
