"""What kind of file a text is, as far as it decides where passwords stand in it (security spec)."""

import re
from enum import Enum, auto

_SETTINGS = re.compile(
    r"\.(?:env|ya?ml|properties|ini|cfg|cnf|conf|toml|envrc|tfvars|service|npmrc|pypirc)$"
    r"|(?:^|/)(?:\.env|Dockerfile|Containerfile)[\w.-]{0,40}$|\.Dockerfile$",
    re.IGNORECASE,
)
_DATA = re.compile(
    r"\.(?:json[5c]?|xml|config|plist|gradle|kts|sql|tf|hcl)$"
    r"|(?:^|/)(?:local_|\w{0,20}-)?(?:settings?|config(?:uration)?|ormconfig|knexfile|database|secrets|credentials)"
    r"[\w-]{0,20}\.(?:py|[cm]?[jt]s|php|rb)$"
    r"|(?:^|/)(?:settings?|config)/[\w.-]{1,60}\.(?:py|[cm]?[jt]s|php)$",
    re.IGNORECASE,
)


class Kind(Enum):
    """What the names of a file say about the values beside them."""

    PROGRAM = auto()  # only a name in upper case is one of a setting
    DATA = auto()  # every name is, and the value stands in quotes or in an element
    SETTINGS = auto()  # every name is, and the value needs no quotes


def kind_of(path: str) -> Kind:
    """Return what kind of file its path says that it is; without a path, a program."""
    if _SETTINGS.search(path):
        return Kind.SETTINGS
    return Kind.DATA if _DATA.search(path) else Kind.PROGRAM
