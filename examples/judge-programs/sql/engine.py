"""Makes the database, then runs the query: exit code 2 with a line for what SQLite refuses."""

import json
import sqlite3
import sys

with open("script.sql") as script, open("query.sql") as file:
    setup, query = script.read(), file.read()
database = sqlite3.connect(":memory:")
database.executescript(setup)
allowed = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
database.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY)
try:
    print(json.dumps(database.execute(query).fetchall(), default=lambda value: value.hex()))
except (sqlite3.Error, sqlite3.Warning) as error:
    print(error)
    sys.exit(2)
