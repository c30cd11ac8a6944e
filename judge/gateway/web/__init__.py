"""The judge in a browser: pages on the public interface. ``docs/explanation/page.md`` says how it is put together."""
