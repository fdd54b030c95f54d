"""Where references lead: contained, by URN, relative within a Bundle or server, absolute; always case-sensitive."""

from __future__ import annotations

from collections.abc import Sequence

from pmcds.fhir.site import Site
from pmcds.fhir.subjects import base_of, normal_base, parse_reference


class Links:
    """Resolves references between the sites of one input; the first resource of an id is the one that is linked."""

    def __init__(self, sites: Sequence[Site], server: str | None) -> None:
        self._sites = sites
        self._server = normal_base(server) if server else None
        self._by_url: dict[str, Site] | None = None
        self._of_type: dict[str, list[Site]] | None = None
        self._by_type: dict[str, dict[str, list[Site]]] = {}
        self._contained: dict[Site, dict[str, Site]] | None = None

    def resolve(self, reference: str, origin: Site) -> Site | None:
        """The site that a reference inside `origin` leads to, or None."""
        if not reference:
            return None
        container = self._container(origin)
        if reference[0] == "#":
            return self._inner(container).get(reference[1:]) if len(reference) > 1 else container
        parsed = None if reference.startswith("urn:") else parse_reference(reference)
        if parsed is None:
            return self._url(reference) or self._inner(container).get(reference)
        found = self._keys(parsed.type or "").get(f"{parsed.type}/{parsed.id}", ())
        if parsed.base is not None:
            return next((site for site in found if self._base(site) == parsed.base), None)
        return self._relative(found, origin)

    def _relative(self, found: Sequence[Site], origin: Site) -> Site | None:
        """Same server first, then same Bundle; a resource of another server than the origin's is another resource."""
        if not found:
            return None
        base = self._base(origin)
        bundle = self._container(origin).bundle
        near = [site for site in found if site.bundle == bundle]
        for site in (*near, *found):
            other = self._base(site)
            if other == base or base is None or other is None:
                return site
        return None

    def _base(self, site: Site) -> str | None:
        return base_of(site) or self._server

    def _url(self, reference: str) -> Site | None:
        if self._by_url is None:
            self._by_url = {}
            for site in self._sites:
                if site.full_url and site.type is not None and site.origin != "contained":
                    self._by_url.setdefault(site.full_url.partition("/_history/")[0], site)
        return self._by_url.get(reference.partition("/_history/")[0])

    def _container(self, site: Site) -> Site:
        while site.origin == "contained" and site.parent is not None:
            site = site.parent
        return site

    def _keys(self, kind: str) -> dict[str, list[Site]]:
        """Sites of one type by their keys; most types are never referred to."""
        if self._of_type is None:
            self._of_type = {}
            for site in self._sites:
                if site.type is not None and site.origin != "contained":
                    self._of_type.setdefault(site.type, []).append(site)
        found = self._by_type.get(kind)
        if found is None:
            found = {}
            for site in self._of_type.get(kind, ()):
                found.setdefault(site.key, []).append(site)
            if found:
                self._by_type[kind] = found
        return found

    def _inner(self, container: Site) -> dict[str, Site]:
        """What a resource contains, by id."""
        if self._contained is None:
            self._contained = {}
            for site in self._sites:
                ident = site.key.partition("/")[2].removeprefix("#") if site.origin == "contained" else ""
                if ident and site.type is not None:
                    self._contained.setdefault(self._container(site), {}).setdefault(ident, site)
        return self._contained.get(container, {})
