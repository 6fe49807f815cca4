"""Trees of weights of any shape, our own and those of PaperBench."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.errors import VerdictError
from evaluator.grading.scoring import Node, aggregate

PAPERBENCH = Path(__file__).parents[4] / "shared" / "data" / "agreement" / "paperbench"  # beside the project's root


def leaf(score: Fraction | int, weight: Fraction | int = 1) -> Node:
    return Node(weight=weight, score=Fraction(score))


def branch(*children: Node, weight: Fraction | int = 1) -> Node:
    return Node(weight=weight, children=children)


def test_a_leaf_is_its_own_score() -> None:
    assert aggregate(leaf(Fraction(2, 7), weight=9)) == Fraction(2, 7)


def test_a_branch_is_the_weighted_mean_of_its_children_and_not_of_its_leaves() -> None:
    tree = branch(leaf(1, 2), branch(leaf(0), leaf(0), leaf(1), weight=1))

    assert aggregate(tree) == Fraction(2, 3) + Fraction(1, 9)


def test_weights_may_be_fractions_and_the_roots_own_does_not_matter() -> None:
    tree = branch(leaf(1, Fraction(1, 3)), leaf(0, Fraction(1, 6)), weight=0)

    assert aggregate(tree) == Fraction(2, 3)


def test_what_weighs_nothing_does_not_count_whatever_is_below_it() -> None:
    weightless = branch(leaf(1, 0), weight=0)

    assert aggregate(branch(leaf(Fraction(1, 2)), weightless, leaf(1, 0))) == Fraction(1, 2)


@pytest.mark.parametrize(
    "tree", [branch(leaf(1, 0)), branch(leaf(1), branch(leaf(1, 0), leaf(0, 0)))], ids=["root", "below"]
)
def test_a_tree_without_weight_has_no_score_instead_of_zero(tree: Node) -> None:
    with pytest.raises(VerdictError, match="weigh nothing") as caught:
        aggregate(tree)

    assert caught.value.code == "no_weight"


@pytest.mark.parametrize(
    "fields",
    [{"weight": 1}, {"weight": 1, "score": Fraction(1), "children": (leaf(1),)}, {"weight": -1, "score": Fraction(1)}],
    ids=["neither", "both", "below zero"],
)
def test_a_node_that_cannot_be_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(VerdictError) as caught:
        Node(**fields)

    assert caught.value.code == "bad_tree"


def test_a_tree_may_be_ten_thousand_deep() -> None:
    tree = leaf(Fraction(3, 7))
    for _ in range(10_000):
        tree = branch(tree, weight=2)

    assert aggregate(tree) == Fraction(3, 7)


def test_a_deep_tree_may_have_a_leaf_at_every_depth() -> None:
    tree = leaf(1)
    for _ in range(1_000):
        tree = branch(tree, leaf(0))

    assert aggregate(tree) == Fraction(1, 2**1_000)


def test_a_tree_may_be_a_hundred_thousand_wide() -> None:
    tree = branch(*(leaf(n % 2, 1 + n % 3) for n in range(100_000)))

    assert aggregate(tree) == Fraction(
        sum((n % 2) * (1 + n % 3) for n in range(100_000)), sum(1 + n % 3 for n in range(100_000))
    )


trees = st.recursive(
    st.builds(leaf, st.fractions(0, 1, max_denominator=4), st.integers(1, 9)),
    lambda below: st.builds(
        lambda children, weight: branch(*children, weight=weight),
        st.lists(below, min_size=1, max_size=5),
        st.integers(1, 9),
    ),
    max_leaves=40,
)


@given(trees)
def test_a_tree_of_any_shape_is_the_mean_of_means(tree: Node) -> None:
    assert aggregate(tree) == mean_of_means(tree)


def mean_of_means(node: Node) -> Fraction:
    """Return the same by the plain definition, which goes down by recursion."""
    if node.score is not None:
        return node.score
    below = [(child.weight, mean_of_means(child)) for child in node.children]
    return Fraction(sum(weight * score for weight, score in below)) / sum(weight for weight, _ in below)


PAPERS = ("all-in-one", "pinn", "rice", "semantic-self-consistency", "stay-on-topic-with-classifier-free-guidance")


@pytest.mark.skipif(not PAPERBENCH.is_dir(), reason=f"PaperBench's trees are third-party data and not at {PAPERBENCH}")
@pytest.mark.parametrize("paper", PAPERS)
def test_the_root_scores_of_paperbench_come_out(paper: str) -> None:
    content = json.loads((PAPERBENCH / f"{paper}.json").read_text(encoding="utf-8"))

    exact = aggregate(graded(content["tree"]))

    assert exact == Fraction(content["root_score"]).limit_denominator(100_000)  # what the float was before it was one
    assert float(exact) == pytest.approx(content["root_score"], rel=0, abs=1e-12)


def graded(node: dict[str, Any]) -> Node:
    children = tuple(graded(child) for child in node["children"])
    score = None if node["score"] is None else Fraction(node["score"])
    return Node(weight=node["weight"], score=score, children=children)
