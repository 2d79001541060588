"""The command `aura`: composes the parts, prints what the reports say, has no logic of its own."""
