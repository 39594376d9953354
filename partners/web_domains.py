"""The domain by which an organisation is known on the web, to find it again by it."""

from urllib.parse import urlsplit

# Providers whose addresses say nothing of the organisation.
_PROVIDERS = {
    "gmail.com", "googlemail.com", "web.de", "gmx.de", "gmx.net", "gmx.com", "t-online.de",
    "freenet.de", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "yahoo.de",
    "icloud.com", "aol.com", "mail.ru", "bk.ru", "inbox.ru", "list.ru", "yandex.ru",
    "yandex.com", "ya.ru", "rambler.ru", "ukr.net", "mail.kz", "umail.uz", "inbox.uz",
    "163.com", "126.com", "qq.com", "proton.me", "protonmail.com", "wp.pl", "o2.pl", "onet.pl",
    "seznam.cz", "facebook.com", "linkedin.com", "instagram.com", "t.me", "vk.com",
}  # fmt: skip


def domain_of(website: str, email: str) -> str:
    """Return the domain of ``website``, else of ``email``, without "www."; "" for a provider's."""
    for host in (urlsplit(website or "").hostname or "", (email or "").rpartition("@")[2]):
        host = host.casefold().removeprefix("www.").rstrip(".")
        if "." in host and host not in _PROVIDERS:
            return host[:253]
    return ""
