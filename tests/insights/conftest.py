"""What the insights' tests share."""

from integrations import make_integration

__all__ = ["make_integration"]
