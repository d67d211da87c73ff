"""The hard set: drawn clips in which it is hard to say who is who, with known truth.

    clips = hard_clips(count=200, seed=1)     # scripts like those of `cast_clips`, drawn and known in the same ways

`kinds.py` lists what there is. A kind writes *takes* (what people and the camera do); `film.py` draws them.
"""
