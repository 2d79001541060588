"""How good the insights are: worlds with known truth, a scorer, rivals, apart from the engine."""
