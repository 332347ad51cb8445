"""The figures of the report, a module a section: each takes values and returns an SVG element."""
