"""How alike two faces are, on one scale for all embedders, and how a run measures that scale."""
