TclError = type("TclError", (Exception,), {"__module__": "_tkinter"})


def show():
    raise TclError("no display name and no $DISPLAY environment variable")
