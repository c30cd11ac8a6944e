"""The interface of Judge0."""
