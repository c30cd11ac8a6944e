"""Problem packages: statements, samples, handing in."""
