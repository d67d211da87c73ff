"""English that more than one sentence needs."""


def with_article(phrase: str) -> str:
    """Put "a" or "an" before a phrase of which the first letter is said as it is written: "an orange top"."""
    return f"{'an' if phrase[0] in 'aeiou' else 'a'} {phrase}"
