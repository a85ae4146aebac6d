"""``normlint audit``: one self-contained HTML file to look at. No script, nothing from the network."""

from normlint.report.audit.page import audit_html

__all__ = ["audit_html"]
