"""The paper and the words of all pictures, in light and in dark."""

from textwrap import indent

# Readable down to a width of 390 pixels, where 13 units are 12 pixels; a picture brings its own paper.
_LIGHT = """\
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.head { font-weight: bold; font-size: 14px }
.soft { fill: #57606a }
.paper { fill: #ffffff }
"""
_DARK = """\
text { fill: #e6edf3 }
.soft { fill: #9198a1 }
.paper { fill: #0d1117 }
"""


def style(light: str, dark: str) -> str:
    """Make the style sheet of a picture.

    Args:
        light: rules for what it draws.
        dark: the same, for readers who prefer the dark.
    """
    return f"\n{_LIGHT}{light}@media (prefers-color-scheme: dark) {{\n{indent(_DARK + dark, '  ')}}}\n"
