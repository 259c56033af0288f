"""Coverage-guided fuzzing of what takes bytes from outside, with atheris: `python -m fuzz NAME --seconds N`."""
