"""The content policy, word by word."""

from core import headers


def test_the_policy_starts_from_nothing_and_allows_no_inline_code():
    policy = headers.content_policy(None)
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "frame-ancestors 'none'" in policy


def test_only_a_page_that_asked_for_a_nonce_gets_one():
    assert "script-src 'self' 'nonce-abc'" in headers.content_policy("abc")
