"""What the site does with a page before it is rendered; mkdocs calls `on_page_markdown` for each.

A link that leaves docs/ leads to the repository, and is plain text where its address is not known. A search finds the pages
on rules before those that only name a rule.
"""

import posixpath
import re
from typing import Any

LINK = re.compile(r"\[([^\]\n]+)\]\((\.\./[^)\s]+)\)")


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: Any) -> str:
    """Return the text of a page with the links that leave docs/ rewritten, and say what a search makes of the page."""
    source = page.file.src_uri
    if source == "rules/README.md":
        page.meta["search"] = {"exclude": True}
    elif source.startswith("rules/"):
        page.meta["search"] = {"boost": 4}

    def rewritten(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join("docs", posixpath.dirname(source), link[2]))
        if target.startswith("docs/"):
            return link[0]
        repository = (config.repo_url or "").removesuffix(".git")
        return f"[{link[1]}]({repository}/blob/HEAD/{target})" if repository else link[1]

    return LINK.sub(rewritten, markdown)
