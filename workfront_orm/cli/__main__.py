"""`python -m workfront_orm.cli` is `workfront-orm`, for environments whose scripts are not on the path."""

import sys

from . import main

if __name__ == "__main__":
    sys.exit(main())
