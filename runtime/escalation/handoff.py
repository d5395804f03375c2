"""The handoff: one object for the runtime that writes it, the destination that holds it and the probe that reads it
back.

The form stands in form.py, its projection from the decision log in projection.py, its rendering in rendering.py.
"""

from runtime.escalation.form import Handoff, handoff_id
from runtime.escalation.projection import project
from runtime.escalation.rendering import Rendered, render

__all__ = ["Handoff", "Rendered", "handoff_id", "project", "render"]
