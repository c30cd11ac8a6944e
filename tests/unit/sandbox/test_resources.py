"""The switch that ends what runs in a slot."""

from __future__ import annotations

from contextlib import closing

from judge.sandbox.resources import CancelSwitch


def test_a_cancel_that_holds_is_known_until_it_is_released() -> None:
    with closing(CancelSwitch()) as switch:
        switch.pull()
        assert not switch.is_held
        switch.pull(hold=True)
        switch.reset()
        assert switch.is_held
        switch.release()
        assert not switch.is_held
