"""What all parts of the service guide share."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


Text = Annotated[str, BeforeValidator(_text)]


class GuidePart(BaseModel):
    """Base of the document and its rows: unknown elements are refused, not dropped."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)
