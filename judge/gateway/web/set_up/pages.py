"""Signing in and out, the first key of an admin, and what a caller may."""

from __future__ import annotations

from judge.gateway.web.page import Page
from judge.gateway.web.set_up.first_key import first_key, first_key_page
from judge.gateway.web.set_up.me import me
from judge.gateway.web.set_up.signing_in import sign_in, sign_in_page, sign_out

PAGES = (
    Page("/sign-in", "signIn", sign_in_page, section="sign_in"),
    Page("/sign-in", "signInWithKey", sign_in, method="POST", section="sign_in"),
    Page("/sign-out", "signOut", sign_out, method="POST"),
    Page("/set-up", "setUp", first_key_page, section="sign_in"),
    Page("/set-up", "makeFirstKey", first_key, method="POST", section="sign_in"),
    Page("/me", "me", me, section="me"),
)
