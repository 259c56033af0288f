"""The predecessor's module of this name: the very module, since the suite replaces names in it."""

import builtins
import sys

from workfront_orm import get_api_key

# The predecessor imported the function that asks, so the suite expects it as a name of the module.
get_api_key.input = builtins.input
sys.modules[__name__] = get_api_key
