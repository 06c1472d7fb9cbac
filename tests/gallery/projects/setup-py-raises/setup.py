raise RuntimeError("set THE_SECRET_SWITCH first")
