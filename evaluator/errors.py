"""What can go wrong, sorted by what the reader should do about it.

Every error carries a stable `code` (what API clients may match on), the exit status of the command line and the HTTP
status. Its text is one paragraph for a person and says what to do.
"""

from datetime import timedelta


class EvaluatorError(Exception):
    """An error that we foresaw. Anything else that is raised is our bug."""

    code = "error"
    exit_status = 1
    http_status = 500


# Change the request -----------------------------------------------------------------------------------------------


class RequestError(EvaluatorError):
    """The request as it stands cannot be served: change it. It is never retried."""

    code = "bad_request"
    exit_status = 2
    http_status = 400


class SettingsError(RequestError):
    """The environment or an option says something that cannot be."""

    code = "bad_settings"


class UnusableSource(RequestError):
    """The source is not a project that can be read; *code* names the reason."""

    http_status = 422

    def __init__(self, message: str, *, code: str = "unusable_source") -> None:
        super().__init__(message)
        self.code = code


class NoReadme(UnusableSource):
    """Functionality is graded against the README, and there is none."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} has no README. Functionality is graded against what the README promises: add a README.md at the"
            " top of the project (or of --subdir) and ask again.",
            code="no_readme",
        )


class UnknownUser(RequestError):
    """No user of that name or id exists."""

    code = "unknown_user"
    http_status = 404

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no user {name!r}. Add one with: modu user add {name!r}")


class SchemaConflict(RequestError):
    """The tables that are there are not what a migration builds on; a person has to look."""

    code = "schema_conflict"
    http_status = 500


class BadUserName(RequestError):
    """A user's name is empty, too long, or has characters that cannot be seen."""

    code = "bad_user_name"


class UserExists(RequestError):
    """Somebody has that name already."""

    code = "user_exists"
    http_status = 409

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a user {name!r} already. Pick another name; capitals make no difference.")


class AmbiguousUser(RequestError):
    """Several users have that name: the platform does not keep names apart."""

    code = "ambiguous_user"
    http_status = 409

    def __init__(self, name: str, *, ids: list[str]) -> None:
        super().__init__(f"{len(ids)} users are named {name!r}. Say which by id: {', '.join(ids)}.")


class NotFound(RequestError):
    """No request or evaluation has that id."""

    code = "not_found"
    http_status = 404


class BadKey(RequestError):
    """An idempotency key is empty, too long, or has characters that cannot be seen."""

    code = "bad_idempotency_key"


class IdempotencyConflict(RequestError):
    """Something else was asked with that key before."""

    code = "idempotency_conflict"
    http_status = 409


class Ended(RequestError):
    """What was to be cancelled has ended."""

    code = "already_ended"
    http_status = 409


class UnknownCohort(RequestError):
    """There is no cohort of that name."""

    code = "unknown_cohort"
    http_status = 404


class UnknownRubric(RequestError):
    """There is no rubric of that name, or no such file."""

    code = "unknown_rubric"


class BadRubric(RequestError):
    """A rubric file breaks the form; the message names the file, the key and what is allowed."""

    code = "bad_rubric"


class UnknownModel(RequestError):
    """The provider, or litellm, knows no such model."""

    code = "unknown_model"
    exit_status = 5
    http_status = 502


class BadModelName(UnknownModel):
    """What was named is no name of a model."""

    exit_status = 2
    http_status = 400


class JudgeRefused(RequestError):
    """The provider refused us for good (401, 403): a person has to mend the key or the account."""

    code = "judge_refused"
    exit_status = 5
    http_status = 502


class NoKey(JudgeRefused):
    """The key of the provider is not set where the judge is to be asked."""


class JudgeRejected(RequestError):
    """The provider calls our request itself wrong (400, 413, 422: too long, content policy, bad parameter)."""

    code = "judge_rejected"
    exit_status = 5
    http_status = 502


class ContextTooLong(JudgeRejected):
    """What is sent is longer than the model can read."""

    code = "context_too_long"


class UnknownPrice(RequestError):
    """A budget was set, and what the model costs is not known."""

    code = "unknown_price"


class BudgetSpent(RequestError):
    """The next call could cost more than is left of the budget."""

    code = "budget_spent"
    exit_status = 4
    http_status = 402


class RubricNeedsCode(RequestError):
    """The rubric asks about code, and only a README is to be judged."""

    code = "rubric_needs_code"


class NoRecordedAnswer(RequestError):
    """The file of recorded answers has none to what is asked."""

    code = "no_recorded_answer"
    exit_status = 5


class BadRecord(RequestError):
    """A grading record, or a file of recorded answers, cannot be read."""

    code = "bad_record"


class ClaimLost(EvaluatorError):
    """Another attempt has taken the request over: this one must stop and write nothing."""

    code = "claim_lost"


class Interrupted(ClaimLost):
    """The process is stopping in the middle of a call: the request is handed back, and nothing more is written."""

    code = "interrupted"


# Wait -------------------------------------------------------------------------------------------------------------


class TransientError(EvaluatorError):
    """It may work later: the worker tries again, *retry_after* at the earliest where the other side said so."""

    code = "unavailable"
    exit_status = 5
    http_status = 503

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class DatabaseUnavailable(TransientError):
    """PostgreSQL does not answer."""

    code = "database_unavailable"


class QueueUnavailable(TransientError):
    """Redis does not answer."""

    code = "queue_unavailable"


class EmbeddedUnavailable(TransientError):
    """The embedded PostgreSQL or Redis could not be started."""

    code = "embedded_unavailable"


class SourceUnavailable(TransientError):
    """The host of the source does not answer as it should."""

    code = "source_unreachable"


class FetchTimeout(SourceUnavailable):
    """The source did not come within its time."""

    code = "fetch_timeout"


class RateLimited(TransientError):
    """The provider of the model asks us to slow down (429)."""

    code = "rate_limited"


class JudgeUnavailable(TransientError):
    """The provider of the model does not answer, fails (5xx) or is too slow."""

    code = "judge_unavailable"


class AnswerLost(JudgeUnavailable):
    """The call was sent, and no whole answer came back: it may have to be paid for all the same."""


class JudgeBusy(TransientError):
    """We ask no more of the provider just now: its places are taken, its tokens used up, or it failed too often."""

    code = "judge_busy"


class LimitReached(JudgeBusy):
    """A limit of our own holds us back, not the provider: no reason to ask another model instead."""


class SecondJudgeAway(TransientError):
    """The second judge cannot be asked just now, with the words of why. No model stands in for it."""

    def __init__(self, cause: TransientError) -> None:
        super().__init__(str(cause), retry_after=cause.retry_after)
        self.code = cause.code


class NotSent(LimitReached):
    """The call did not get to be sent: nobody was asked, and nothing is to be paid."""


class BudgetBusy(TransientError):
    """What is left of the budget is put aside for calls that are under way, and may be left over."""

    code = "budget_busy"


# The judge broke the form -----------------------------------------------------------------------------------------


class VerdictError(EvaluatorError):
    """The judge's answer cannot be used; *code* says why. It is asked once more, then the evaluation fails."""

    exit_status = 5
    http_status = 502

    def __init__(self, message: str, *, code: str = "bad_answer") -> None:
        super().__init__(message)
        self.code = code
