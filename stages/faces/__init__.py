"""What can be measured of faces without a model, and which of them are looked at and embedded."""
