"""``[plugin.ocr]`` of piiscan.toml."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class OcrOptions(BaseModel):
    """Settings of the engine. Times in seconds; 0 means no limit.

    `run_seconds` is the time that one worker process may spend in a run: with two workers a run may spend twice as much.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = False
    program: str = "tesseract"
    languages: str = Field(default="jpn+eng", pattern=r"^[A-Za-z0-9_]+(\+[A-Za-z0-9_]+)*$")
    layout: int = Field(default=3, ge=0, le=13)
    min_side: int = Field(default=160, ge=1)
    page_seconds: float = Field(default=60.0, gt=0)
    item_pages: int = Field(default=50, ge=0)
    item_seconds: float = Field(default=240.0, ge=0)
    run_seconds: float = Field(default=3600.0, ge=0)
