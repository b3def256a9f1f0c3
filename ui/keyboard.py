"""Forms that are filled with the keyboard alone. The browser's part is static/keys.js, served by us: no inline script.

    with keyboard.fields("intake"):           # Enter goes to the next field and at last to the primary button
        ...
    with keyboard.focus_on(key, serial):      # a new serial (or key) puts the focus there, once
        st.caption("…")

A function key hands over what is being typed before its button is pressed; the arrows move the choice under a field.
"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def fields(name: str) -> DeltaGenerator:
    """The container in which Enter goes on."""
    return st.container(key=f"fields-{name}")


def focus_on(key: str, serial: int) -> DeltaGenerator:
    """A container whose appearance moves the focus to the widget of `key`. It must hold something to be drawn."""
    return st.container(key=f"focus-{serial}--{key}")
