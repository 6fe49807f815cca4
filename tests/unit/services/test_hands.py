from uuid import uuid4

from evaluator.domain import Claim, Held, Options, Source, SourceKind
from evaluator.services.hands import Hands

SOURCE = Source(kind=SourceKind.PATH, location="/srv/x", name="x", canonical="path:/srv/x")
CLAIM = Claim(
    id=uuid4(),
    user_id=uuid4(),
    source=SOURCE,
    options=Options(rubric="default", model="offline"),
    path_hash="0" * 64,
    attempt=2,
    tries=1,
    owner=uuid4(),
)


def test_a_claim_is_in_hand_for_as_long_as_somebody_is_at_it() -> None:
    hands = Hands()

    with hands.holding(CLAIM):
        during = hands.held

    assert during == {Held(CLAIM.id, 2)}
    assert (len(hands), hands.held) == (0, frozenset())


def test_two_attempts_of_one_request_are_two_claims() -> None:
    hands, earlier = Hands(), CLAIM.model_copy(update={"attempt": 1})

    with hands.holding(CLAIM), hands.holding(earlier):
        hands.lose([earlier.held])
        lost = [hands.has_lost(claim) for claim in (CLAIM, earlier)]

    assert lost == [False, True]


def test_what_nobody_is_at_is_not_lost_either() -> None:
    hands = Hands()

    hands.lose([CLAIM.held])

    assert (hands.has_lost(CLAIM), len(hands)) == (False, 0)
