"""What goes wrong between specimen and file: three registries, name: (function, chance). `develop` runs them in this order.

SPECIMEN   function(rng, field: Field) -> Field: before shading, probe and noise; may change the maps, too (curtaining, charging,
           contamination)
RECORDING  function(rng, signal float32 (size, size), mode: str) -> signal: after the noise, before storage (scan tears, detector seams,
           line noise). Shifts of up to 3 pixels need no change of the maps.
STORAGE    function(rng, image uint8 (size, size)) -> image uint8: heavy JPEG, few grey values
"""

SPECIMEN: dict = {}
RECORDING: dict = {}
STORAGE: dict = {}
