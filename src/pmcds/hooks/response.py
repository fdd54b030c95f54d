"""The CDS Hooks response as types that cannot be built wrong: every rule of the checklist raises when it is broken.

The writer (`render.py`) makes the same responses as plain values under the same checks (`sound.py`); these types are
for whoever builds or reads a response of another making, and tests hold both against each other. pydantic is slow to
import, so nothing on the way to a response imports this.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from annotated_types import Len
from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from pmcds.hooks import sound
from pmcds.hooks.escape import Markdown

Plain = Annotated[str, AfterValidator(sound.plain_text)]
Summary = Annotated[str, AfterValidator(sound.plain_text), AfterValidator(sound.summary)]
Uuid = Annotated[str, AfterValidator(sound.uuid)]
Https = Annotated[str, AfterValidator(sound.https)]
Extension = Annotated[dict[str, Any], AfterValidator(sound.extension)]
Resource = Annotated[dict[str, Any], AfterValidator(sound.resource)]


class _Part(BaseModel):
    # Errors are shown to no one but developers, yet never hold a value of the patient.
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        populate_by_name=True,
        alias_generator=to_camel,
        hide_input_in_errors=True,
    )


class Coding(_Part):
    """A code of an override reason: code, system and display are all there (C12)."""

    code: Plain
    system: Plain
    display: Plain


class Topic(_Part):
    """What a card is about, the same on every call (C7)."""

    system: Plain
    code: Annotated[Plain, AfterValidator(sound.topic_code)]
    display: Plain | None = None


class Source(_Part):
    """Whose advice a card gives."""

    label: Plain
    url: Https | None = None
    icon: Https | None = None
    topic: Topic | None = None


class Link(_Part):
    """A link out of a rule file. The clinician starts it; nothing is launched unseen (L5)."""

    label: Plain
    url: Https
    type: Literal["absolute", "smart"]
    app_context: str | None = None

    def model_post_init(self, context: Any, /) -> None:
        """Refuse a context that no app is to get."""
        if self.app_context is not None and (self.type != "smart" or not self.app_context):
            raise ValueError("L4: appContext is a text and belongs to smart links only")


class Action(_Part):
    """One change of the record."""

    type: Literal["create", "update", "delete"]
    description: Plain
    resource: Resource | None = None
    resource_id: str | None = None

    def model_post_init(self, context: Any, /) -> None:
        """Refuse an action that does not name exactly what it creates, changes or deletes."""
        sound.action(self.type, self.resource, self.resource_id)


class Suggestion(_Part):
    """Changes that belong together."""

    label: Plain
    uuid: Uuid
    is_recommended: bool
    actions: Annotated[list[Action], Len(1)]
    action_selection_behavior: Literal["all", "any", "at-most-one"] | None = None

    def model_post_init(self, context: Any, /) -> None:
        """Refuse an order of actions in which a client that acts on the first one only loses the new order."""
        sound.deletes_last([action.type for action in self.actions])


class Card(_Part):
    """One card."""

    uuid: Uuid
    summary: Summary
    indicator: Literal["info", "warning", "critical"]
    source: Source
    detail: Annotated[Markdown, Len(1)] | None = None
    selection_behavior: Literal["at-most-one", "any"] | None = None
    suggestions: Annotated[list[Suggestion], Len(1)] | None = None
    override_reasons: Annotated[list[Coding], Len(1)] | None = None
    links: Annotated[list[Link], Len(1)] | None = None
    extension: Extension | None = None

    def model_post_init(self, context: Any, /) -> None:
        """Refuse suggestions without behavior, more than one recommendation, and a live detail."""
        offered = self.suggestions
        sound.choice(self.selection_behavior, None if offered is None else sum(one.is_recommended for one in offered))
        kind = (self.extension or {}).get(sound.CONTENT_TYPE, "text/markdown")
        if self.detail is not None and kind != "text/plain":
            sound.inert(self.detail)


class Response(_Part):
    """The whole answer; nothing in it is null or empty (X1 to X3)."""

    cards: list[Card]
    system_actions: list[Action] | None = None
    extension: Extension | None = None

    def model_post_init(self, context: Any, /) -> None:
        """Refuse ids that are used twice, and cards that are not in order of urgency."""
        uuids = [card.uuid for card in self.cards]
        uuids += [item.uuid for card in self.cards for item in card.suggestions or ()]
        sound.together(uuids, [card.indicator for card in self.cards])

    def to_dict(self) -> dict[str, Any]:
        """The response as JSON values."""
        return self.model_dump(by_alias=True, exclude_none=True)
