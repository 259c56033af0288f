"""One module or folder a system. A system's page in the docs begins with `from workfront_orm.services import x`."""
