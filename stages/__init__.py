"""What is done to a clip: one file for each stage, its section defined beside it."""
