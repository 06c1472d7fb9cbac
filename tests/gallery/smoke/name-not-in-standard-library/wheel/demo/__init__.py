from typing import AlwaysRight
