def test_a_patched_module():
    pass


def test_classes():
    pass
