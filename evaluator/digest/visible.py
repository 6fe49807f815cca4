"""What of a decoded text a reader sees, harmless to a model: the steps in their order.

Two searches at hundreds of megabytes a second say of most texts that there is nothing to do. (One for both would be
slow where it finds something: what begins an order may end far behind.)
"""

from evaluator.digest import hidden, linear, markup, orders, steering

_LINE_ENDS = ("\r\n", "\r", "\u2028", "\u2029")  # beside ours


_SIGNS = linear.pattern(f"{hidden.SIGNS}|{steering.SIGNS}")


def visible(text: str, kind: markup.Kind | None = None) -> tuple[str, tuple[str, ...]]:
    r"""Return *text* without what a reader does not see, with `\n` between its lines, and the codes of its findings.

    Orders are looked for in comments too, before these are taken out of a document of that *kind*.
    """
    for line_end in _LINE_ENDS:
        text = text.replace(line_end, "\n")
    text = text.removesuffix("\n")
    codes: tuple[str, ...] = ()
    suspicious = _SIGNS.search(text.encode()) is not None
    if suspicious:
        text, codes = hidden.strip(text)
    if orders.flag(text):
        codes += ("orders",)
    if kind:
        text, taken = markup.strip(text, kind)
        codes += taken
    if suspicious:
        text, broken = steering.break_marks(text)
        codes += broken
    return text, codes
