try:
    import spam_host
except ModuleNotFoundError:
    raise ModuleNotFoundError("The host spam_host must be installed to use this extension.") from None
