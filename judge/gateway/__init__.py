"""The judge over HTTP. :mod:`judge.gateway.app` puts it together; docs/explanation/gateway.md says how it works.

It has no state of its own: everything is in Redis and the store of blobs, so that any number of gateways stand side by
side. It needs no root and no sandbox.
"""
