"""What goes over HTTP as values: requests, answers, problems, ids. Pure; the gateway and the HTTP client share it.

Numbers have their unit in the name, as everywhere: ``_ns``, ``_bytes``, ``_ms`` (Unix milliseconds). Bytes travel as
text where they are text, else in base64.
"""
