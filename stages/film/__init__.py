"""What can be measured of the frames of a shot: bars around the picture, life in it, and whether it is drawn."""
