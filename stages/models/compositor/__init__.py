"""The offline personalizer: a real head on a drawn body in a drawn place."""
