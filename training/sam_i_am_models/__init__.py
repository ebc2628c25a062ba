"""Models of sam-i-am: simulated micrographs, a small SAM and a texture encoder, trained from scratch."""
