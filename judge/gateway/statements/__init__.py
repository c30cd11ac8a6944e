"""What the gateway shows of problem packages: their public parts, and statements as HTML."""
