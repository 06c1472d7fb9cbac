"""From merged work to a tag: the next version, written where it stands, and its entry in the changelog."""
