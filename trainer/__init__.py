"""Train a multimodal Llama on conversations: text and pictures in, text and pictures out.

The trainer meets the rest of the project only through the shard format (`trainer/shards.py`) and imports
nothing of it.
"""
