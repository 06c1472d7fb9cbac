"""Reports: each takes a manifest and renders it for the place it is read in; none of them decides anything."""
