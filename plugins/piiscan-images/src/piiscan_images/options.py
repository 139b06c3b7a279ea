"""``[plugin.images]`` of piiscan.toml."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ImageOptions(BaseModel):
    """Settings of the reader of pictures.

    `faces` counts faces; `codes` decodes QR and bar codes; `thumbnails` compares the embedded thumbnail with the picture; `id_documents` looks for
    scans of identity documents; `max_pixels` is the largest picture that is decoded (its metadata is read all the same). `qr_allowed` are the
    targets the company itself puts into codes: an address and everything below it (``https://shop.example.jp/pay/``), a host with everything
    on it (``shop.example.jp``), or the exact content of a code. When it is not empty, every other web or payment target is a finding.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    faces: bool = False
    codes: bool = True
    thumbnails: bool = True
    id_documents: bool = True
    max_pixels: int = Field(default=100_000_000, ge=0)
    qr_allowed: tuple[str, ...] = Field(default=(), repr=False)
