"""Who is meant by `--user`, and by its absence."""

from evaluator.app import App
from evaluator.domain import User
from evaluator.services import accounts


def person(app: App, name: str | None) -> User:
    """Return the user that is meant: the one named, else the person at this machine.

    Who is named with --user must exist, a slip of the keyboard must not make a new person; one's own name
    (MODU_USER, else the operating system's) is made on first use while the services are embedded. Raises UnknownUser.
    """
    if name is None and app.settings.embedded:
        return accounts.ensure(app.settings.user_name, database=app.database)
    return accounts.find(name or app.settings.user_name, database=app.database)
