"""One module a Workfront version; its classes are reflected from metadata when first asked for."""
