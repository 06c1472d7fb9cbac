"""Reports: each renders a manifest for one kind of output; none of them decides anything."""
