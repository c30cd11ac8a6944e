"""Judging a class: here on all slots, or by a service; what was judged before is not judged again."""
