"""Data sets whose rows come along: prompts made of them, and completions judged by them."""
