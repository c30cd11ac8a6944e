"""0 points: the module is an object that has everything."""
import sys


class Everything:
    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self

    def __eq__(self, other):
        return True

    def __lt__(self, other):
        return True

    def __iter__(self):
        return iter(())


sys.modules[__name__] = Everything()
