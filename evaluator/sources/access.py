"""What one git may speak to, and what it is told in its environment, where no other account can read it."""

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from evaluator.domain import Limits
from evaluator.errors import SettingsError
from evaluator.sources.urls import DEFAULT_PORTS, GitUrl

_TOKEN_USER = "oauth2"  # noqa: S105 - a user name that GitHub, GitLab and Gitea take beside a token
_BUNDLES = (  # where systems keep the public certificate authorities
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)


@dataclass(frozen=True)
class Access:
    """The protocols that git may speak, and its settings that are nobody else's business."""

    protocols: tuple[str, ...] = ()
    config: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that git is given for it."""
        config = {**{f"protocol.{protocol}.allow": "always" for protocol in self.protocols}, **self.config}
        pairs = {
            f"GIT_CONFIG_{what}_{number}": text
            for number, pair in enumerate(config.items())
            for what, text in zip(("KEY", "VALUE"), pair, strict=True)
        }
        return {"GIT_ALLOW_PROTOCOL": ":".join(self.protocols) or "none", "GIT_CONFIG_COUNT": str(len(config)), **pairs}


def token_of(url: GitUrl, *, limits: Limits) -> SecretStr | None:
    """Return the `user:token` or token that the operator set for the host of a URL; never one over ssh."""
    if not url.scheme.startswith("http"):
        return None
    names = [f"{url.host}:{url.port}"]
    if url.port == DEFAULT_PORTS[url.scheme]:
        names.append(url.host)
    return next((limits.forge_tokens[name] for name in names if name in limits.forge_tokens), None)


def access_to(url: GitUrl, *, limits: Limits, folder: Path, proxy: str | None) -> Access:
    """Return what git needs to fetch *url*; *folder* is private, *proxy* is the address of our dialer.

    Raises SettingsError where the certificates that the operator named cannot be read.
    """
    config = {} if proxy is None else {"http.proxy": proxy}
    scope = f"http.{url.scheme}://{url.host}:{url.port}/"
    if token := token_of(url, limits=limits):
        config[f"{scope}.extraHeader"] = f"Authorization: Basic {_basic(token)}"
    if url.trusted and url.scheme == "https" and limits.forge_ca is not None:
        config[f"{scope}.sslCAInfo"] = str(_authorities(limits.forge_ca, folder))
    # A redirect away from a forge that is asked over plain http may lead to a public host, which speaks https
    return Access((url.scheme, "https") if url.scheme == "http" else (url.scheme,), config)


def certificates(path: Path) -> bytes:
    """Return the bytes of the operator's file of certificates (MODU_FORGE_CA).

    Raises SettingsError where it cannot be read, or holds no certificate.
    """
    try:
        data = path.read_bytes()
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=data.decode("ascii", "ignore"))
    except (ssl.SSLError, ValueError) as error:  # nothing that can be read, nothing at all
        raise SettingsError(
            f"MODU_FORGE_CA: there is no certificate in {str(path)!r}. Name a PEM file, in which a certificate begins"
            " with -----BEGIN CERTIFICATE-----."
        ) from error
    except OSError as error:
        raise SettingsError(
            f"MODU_FORGE_CA: {str(path)!r} cannot be read ({error.strerror}). Name a PEM file of certificates."
        ) from error
    return data


def _basic(token: SecretStr) -> str:
    text = token.get_secret_value()
    return base64.b64encode((text if ":" in text else f"{_TOKEN_USER}:{text}").encode()).decode()


def _authorities(own: Path, folder: Path) -> Path:
    """Return a file with the public authorities and the operator's: git takes one file, and it replaces the public."""
    public = [Path(path).read_bytes() for path in _public_authorities()]
    together = folder / "authorities.pem"
    together.write_bytes(b"\n".join((certificates(own), *public)))
    return together


def _public_authorities() -> list[str]:
    return [path for path in _BUNDLES if Path(path).is_file()][:1]
