"""The clients that reach the judge over HTTP: the same methods as over Redis.

The library is urllib3, which comes along with the judge already: well kept, pure Python, without dependencies, with
kept connections and verified TLS. Nothing is added for HTTP, and asyncio's client uses it in threads.
"""
