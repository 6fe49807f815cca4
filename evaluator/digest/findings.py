"""What is noted about a file on its way to the judge: stable codes, one sentence each."""

from collections.abc import Mapping

MEANINGS: Mapping[str, str] = {
    "bidi_controls": "Signs that turn the direction of the text, so that code reads other than it runs, were removed.",
    "broken_bytes": "A few bytes mean nothing in the file's encoding and are shown as U+FFFD.",
    "control_characters": "Control characters or the escape sequences of a terminal were removed.",
    "control_tokens": "Marks that steer a language model were broken with a middle dot.",
    "feigned_cell": "The source of a notebook's cell looked like the border or the output of one; a middle dot tells.",
    "hidden_attribute": "Titles and other attributes that a reader does not see were removed from a document.",
    "hidden_comment": "Comments that a reader of the rendered document does not see were removed.",
    "hidden_source": "Source that the program needs is not shown: generated, minified, foreign, binary or too large.",
    "hidden_style": "Elements are hidden by style: removed from a document, kept in program source.",
    "hidden_text": "Characters that a reader does not see were removed.",
    "odd_encoding": "The file is neither Unicode nor Korean: its encoding was guessed.",
    "orders": "Words speak to whoever grades the project.",
    "private_use": "Characters without a meaning of their own, such as those of icon fonts, were removed.",
    "secret": "Secrets were masked.",
    "secret_file": "The file holds secrets by its name and was not read.",
    "stacked_marks": "Accents stacked beyond any script's need were cut down.",
}
