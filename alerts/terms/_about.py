"""What the words about a whole article have in common: they hold or not, and stand at no place in the text."""

from __future__ import annotations

from alerts.terms import Anchors, Reach, Term


class About(Term):
    """A condition on the article itself. Alone it would let nearly everything through, unless `reach` says otherwise."""

    __slots__ = ()
    kind = "field"

    def anchors(self) -> Anchors | None:
        return None

    @property
    def reach(self) -> Reach:
        return Reach.EVERYTHING

    @property
    def placed(self) -> bool:
        return False
