"""Publishing: preflight, credentials, signing, upload, receipts, and the state after a failure."""
