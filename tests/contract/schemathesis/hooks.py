"""Keeps Schemathesis from sending 2.0 for an integer: JSON Schema allows it, and each stack decides. A probe records the answer."""

import schemathesis


def without_fraction(value):
    match value:
        case dict():
            return {name: without_fraction(part) for name, part in value.items()}
        case list():
            return [without_fraction(part) for part in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


@schemathesis.hook
def map_body(context, body):
    return without_fraction(body)
