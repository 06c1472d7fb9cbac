"""Making a release: version, changelog, commit, tag, push, and the way back."""
