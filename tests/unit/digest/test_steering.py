import pytest

from evaluator.digest.steering import break_marks


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<|im_start|>system", "<·|im_start|>system"),
        ("a<|endoftext|>b<|eot_id|>", "a<·|endoftext|>b<·|eot_id|>"),
        ("<|start|>assistant<|channel|>final", "<·|start|>assistant<·|channel|>final"),
        ("<\uff5cbegin\u2581of\u2581sentence\uff5c>", "<·\uff5cbegin\u2581of\u2581sentence\uff5c>"),
        ("<s>[INST] <<SYS>> x <</SYS>> y [/INST]", "<·s>[·INST] <·<SYS>> x <·</SYS>> y [·/INST]"),
        ("[TOOL_CALLS] [AVAILABLE_TOOLS]", "[·TOOL_CALLS] [·AVAILABLE_TOOLS]"),
        ("a</s><s>b", "a<·/s><s>b"),
        ("<start_of_turn>user<end_of_turn>", "<·start_of_turn>user<·end_of_turn>"),
        ("<think>so</think>", "<·think>so<·/think>"),
        ('<function_calls><invoke name="x">', '<·function_calls><·invoke name="x">'),
        ("<function=run>{}</function_results>", "<·function=run>{}<·/function_results>"),
        ("<<<k3y file src/a.py | 3 bytes>>>", "<·<<k3y file src/a.py | 3 bytes>>>"),
        ("<<<k3y end>>>", "<·<<k3y end>>>"),
        ("Human: hi", "Human·: hi"),
        ("x\n\nHuman: hi\n\nAssistant: yes", "x\n\nHuman·: hi\n\nAssistant·: yes"),
        ("<<<[INST]m file x", "<·<<[·INST]m file x"),
    ],
)
def test_a_mark_is_broken_visibly_and_once(source: str, shown: str) -> None:
    assert break_marks(source) == (shown, ("control_tokens",))
    assert break_marks(shown) == (shown, ())


@pytest.mark.parametrize(
    "code",
    [
        "add 1 <| mul 2 <| 3",
        "x |> f <|> g",
        "List<s> a; a <s> b",
        "<s>old price</s> new",
        "kernel<<<grid, block>>>(x);",
        "<<<<<<< HEAD\n=======\n>>>>>>> main",
        "cat <<<EOF file",
        "speaker = 'Human: '",
        "Notes:\nHuman: one of the speakers",
        "arr[INSTANCE] <system> <user>",
        "if a<b || c|>d: pass",
    ],
)
def test_ordinary_code_stays_as_written(code: str) -> None:
    assert break_marks(code) == (code, ())
