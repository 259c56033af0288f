"""Long runs that prove what the short tests can only show: `make soak`, or `python -m soak [part ...]`."""
