"""Submissions: lists, reports as they grow, comparisons."""
