"""Rows that no plain origin is in, and pieces of such rows."""

import re

BAD_ROWS = [
    "*",
    "null",
    "https://*.shop.example",
    "https://app-*.shop.example",
    "https://shop.example:*",
    "https://shop.example/",
    "https://shop.example/path",
    "https://Shop.example",
    "HTTPS://shop.example",
    " https://shop.example",
    "https://shop.example\n",
    "https://shop.example, https://evil.example",
    "https://shop.example:443",
    "https://user@shop.example",
    "https://sh\u00f6p.example",
    "http://shop.example",
    "shop.example",
    "//shop.example",
    "",
    "https://",
    "file:///",
    "file://",
    "https://" + "a" * 1000,
    None,
    b"https://shop.example",
    ("https://shop.example",),
    re.compile("https://.*"),
]

PIECES = [
    *("https", "http", "ftp", "moz-extension", "null", "*", "://", "//", ":", "."),
    *("shop", "example", "evil", "com", "localhost", "127.0.0.1", "[::1]", "[", "]", "443", "8080"),
    *("/", "\\", "@", "#", "?", "%2e", " ", "\t", "\n", "\x00", "\u3002", "\u212a", "xn--", "-"),
    *("A", "_", ",", "https://*.", "app-*", "(", ".*", "|", "$"),
]

# What is before and after a number.
HOSTILE = [
    ("https://*.shop", ".example"),
    ("https://shop", ".example/"),
    ("https://shop", ".example\n"),
    ("https://Shop", ".example"),
    ("http://shop", ".example"),
    ("shop", ".example"),
    ("https://shop.example:", "x"),
    ("https://shop", ".example:*"),
    ("https://shop", ".example:443"),
    ("https://a@shop", ".example"),
    ("https://shop", ".example, *"),
    ("https://shop", ".example https://evil.example"),
    ("\x00https://shop", ".example"),
    ("https://shop", ".example\u3002com"),
    ("https://.shop", ".example"),
    ("https://shop", "..example"),
    ("https://app-*", "-*.example"),
    ("*", "*"),
    ("null", "null"),
    ("wss://shop", ".example"),
    ("file://", ""),
    ("https://[::", "zz]"),
    ("https://300.1.1.", "1111"),
    ("https:/shop", ".example"),
    ("(https://.*)", "|"),
]
