"""The index: where it is, what it shows, who may upload, and how files get there."""
