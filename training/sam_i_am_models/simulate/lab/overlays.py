"""What programs burn into pictures: name: (function, chance). Painted pixels are unlabelled (0) in all maps.

function(rng, image uint8 (size, size)) -> (image uint8, painted bool (size, size)), the picture with the overlay and where it was painted.
"""

OVERLAYS: dict = {}
