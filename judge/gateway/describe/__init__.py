"""What the gateway says of itself: the OpenAPI document and the reference, made from the route table."""
